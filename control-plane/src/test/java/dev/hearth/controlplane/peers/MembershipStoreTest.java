package dev.hearth.controlplane.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.peers.MembershipStore.Peer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MembershipStoreTest {
    private static final Instant STARTED = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void theLivingAreSeenTheSilentAreNotAndTheLongDeadAreRemoved() {
        try (MigratedDatabase database = MigratedDatabase.fresh()) {
            MembershipStore store = new MembershipStore(database.sql());
            database.controlPlane("alive", 1);
            database.controlPlane("silent", 6);
            database.controlPlane("forgotten", 3_601);

            assertThat(store.renew("self", "self:9090", STARTED)).containsExactly(new Peer("alive", "alive:9090"));
            assertThat(owners(database)).isEqualTo("alive,self,silent");
        }
    }

    @Test
    void oneThatReturnsIsSeenAtItsNewEndpointAndOneThatLeavesIsGone() {
        try (MigratedDatabase database = MigratedDatabase.fresh()) {
            MembershipStore store = new MembershipStore(database.sql());
            database.controlPlane("other", 60);

            store.renew("other", "other:1234", STARTED);
            assertThat(store.renew("self", "self:9090", STARTED)).containsExactly(new Peer("other", "other:1234"));

            store.leave("other");
            assertThat(store.renew("self", "self:9090", STARTED)).isEmpty();
            assertThat(owners(database)).isEqualTo("self");
        }
    }

    private static String owners(MigratedDatabase database) {
        return database.sql()
                .sql("SELECT string_agg(owner, ',' ORDER BY owner) FROM control_plane")
                .query(String.class)
                .single();
    }
}
