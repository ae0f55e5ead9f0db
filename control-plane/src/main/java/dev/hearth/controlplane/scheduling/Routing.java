package dev.hearth.controlplane.scheduling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Chooses slots. Pure. A pool that can shrink is filled from its lowest ordinals, so that the highest become idle and can
 * go; in a fixed pool spreading costs nothing, so each slot comes from the replica that has most of them free.
 */
final class Routing {
    private Routing() {}

    /** A replica with room. */
    record Room(long replica, int ordinal, int free) {}

    /** Ids of the replicas of up to {@code wanted} slots, in the order in which they should be given out. */
    static List<Long> choose(List<Room> rooms, int wanted, boolean elastic) {
        return elastic ? fill(rooms, wanted) : spread(rooms, wanted);
    }

    private static List<Long> fill(List<Room> rooms, int wanted) {
        List<Long> chosen = new ArrayList<>();
        for (Room room :
                rooms.stream().sorted(Comparator.comparingInt(Room::ordinal)).toList()) {
            for (int slot = 0; slot < room.free() && chosen.size() < wanted; slot++) {
                chosen.add(room.replica());
            }
        }
        return chosen;
    }

    private static List<Long> spread(List<Room> rooms, int wanted) {
        PriorityQueue<Room> freest = new PriorityQueue<>(
                Comparator.comparingInt(Room::free).reversed().thenComparingInt(Room::ordinal));
        rooms.stream().filter(room -> room.free() > 0).forEach(freest::add);
        List<Long> chosen = new ArrayList<>();
        while (chosen.size() < wanted && !freest.isEmpty()) {
            Room room = freest.remove();
            chosen.add(room.replica());
            if (room.free() > 1) {
                freest.add(new Room(room.replica(), room.ordinal(), room.free() - 1));
            }
        }
        return chosen;
    }
}
