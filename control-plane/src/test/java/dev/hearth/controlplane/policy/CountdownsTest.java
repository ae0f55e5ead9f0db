package dev.hearth.controlplane.policy;

import static dev.hearth.controlplane.policy.APool.at;
import static dev.hearth.controlplane.policy.APool.between;
import static dev.hearth.controlplane.policy.APool.fixed;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountdownsTest {

    @Test
    void anIdlePoolGoesColdAnIdleTtlAfterItsLastWork() {
        assertThat(of(fixed(2).idle(1, 0).idle(2, 10).activeAt(5), 20).coldAt()).isEqualTo(at(70));
    }

    @Test
    void aWorkingAColdAndAnAlwaysOnPoolHaveNoSuchTime() {
        assertThat(of(fixed(1).running(1, 1), 0).coldAt()).isNull();
        assertThat(of(fixed(1), 0).coldAt()).isNull();
        assertThat(of(fixed(1).alwaysOn().idle(1, 0), 0).coldAt()).isNull();
    }

    @Test
    void onlyTheNextReplicaToGoHasATimeOfItsOwn() {
        Countdowns countdowns = of(between(1, 3).running(1, 1).idle(2, 0).idle(3, 20), 30);

        assertThat(countdowns.stopsAt(103)).isEqualTo(at(80));
        assertThat(countdowns.stopsAt(102)).isNull();
        assertThat(countdowns.stopsAt(101)).isNull();
    }

    @Test
    void aReplicaGoesWithThePoolIfThatIsSooner() {
        Countdowns countdowns =
                of(between(1, 3).idleTtl(30).idle(1, 0).idle(2, 0).activeAt(0), 10);

        assertThat(countdowns.stopsAt(101)).isEqualTo(at(30));
        assertThat(countdowns.stopsAt(102)).isEqualTo(at(30));
    }

    @Test
    void thePolicyActsExactlyWhenTheCountdownsEnd() {
        APool pool = between(1, 3).running(1, 1).idle(2, 0).idle(3, 20);

        assertThat(pool.decidedAt(79)).isInstanceOf(Decision.Hold.class);
        assertThat(pool.decidedAt(80)).isInstanceOf(Decision.StopOne.class);
    }

    private static Countdowns of(APool pool, long seconds) {
        return Countdowns.of(pool.snapshot(), at(seconds));
    }
}
