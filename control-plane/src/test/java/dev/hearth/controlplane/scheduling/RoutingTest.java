package dev.hearth.controlplane.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.scheduling.Routing.Room;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RoutingTest {
    @Test
    void aFixedPoolIsSpreadOverTheReplicasThatHaveMostFreeSlots() {
        List<Room> rooms = List.of(new Room(11, 1, 1), new Room(12, 2, 3));
        assertThat(Routing.choose(rooms, 4, false)).containsExactly(12L, 12L, 11L, 12L);
    }

    @Test
    void aPoolThatCanShrinkIsFilledFromItsLowestOrdinals() {
        List<Room> rooms = List.of(new Room(13, 3, 2), new Room(11, 1, 2), new Room(12, 2, 2));
        assertThat(Routing.choose(rooms, 3, true)).containsExactly(11L, 11L, 12L);
    }

    @Property
    void noSlotIsGivenTwiceAndNoneIsLeftWhileWorkWaits(
            @ForAll @Size(max = 8) List<@IntRange(min = 0, max = 5) Integer> free,
            @ForAll @IntRange(min = 0, max = 30) int wanted,
            @ForAll boolean elastic) {
        List<Room> rooms = new ArrayList<>();
        for (int i = 0; i < free.size(); i++) {
            rooms.add(new Room(i, i + 1, free.get(i)));
        }
        List<Long> chosen = Routing.choose(rooms, wanted, elastic);
        int room = free.stream().mapToInt(Integer::intValue).sum();
        assertThat(chosen).hasSize(Math.min(wanted, room));
        rooms.forEach(each ->
                assertThat(Collections.frequency(chosen, each.replica())).isLessThanOrEqualTo(each.free()));
    }
}
