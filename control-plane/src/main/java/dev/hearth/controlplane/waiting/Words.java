package dev.hearth.controlplane.waiting;

import dev.hearth.controlplane.policy.ReplicaSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Numbers as parts of sentences. */
final class Words {
    private static final int NAMED = 5;

    private Words() {}

    static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code 350 ms}, {@code 1.2 s}, {@code 45 s}, {@code 3 min 5 s}. */
    static String time(Duration time) {
        long millis = Math.max(0, time.toMillis());
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 10_000 && millis % 1_000 >= 100) {
            return millis / 1_000 + "." + millis % 1_000 / 100 + " s";
        }
        if (millis < 60_000) {
            return millis / 1_000 + " s";
        }
        return time.toMinutes() + " min" + (time.toSecondsPart() == 0 ? "" : " " + time.toSecondsPart() + " s");
    }

    /** {@code replica 2}, {@code replicas 1, 2, 3}; beyond the first few only their number. */
    static String replicas(List<ReplicaSnapshot> replicas) {
        return ordinals(replicas.stream().map(ReplicaSnapshot::ordinal).toList());
    }

    static String ordinals(List<Integer> ordinals) {
        String first = ordinals.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "));
        String more = ordinals.size() > NAMED ? " and " + (ordinals.size() - NAMED) + " more" : "";
        return (ordinals.size() == 1 ? "replica " : "replicas ") + first + more;
    }

    /** {@code nobody is ahead of it}, {@code 7 are ahead of it, 2 of them with a higher priority}. */
    static String ahead(QueueFacts.Place place) {
        int ahead = place.ahead();
        if (ahead == 0) {
            return "nobody is ahead of it";
        }
        boolean more = Math.max(place.higher(), place.earlier()) > QueueFacts.Place.COUNTED;
        String count = more ? "more than " + QueueFacts.Place.COUNTED + " are" : ahead == 1 ? "1 is" : ahead + " are";
        String higher = place.higher() == 0
                ? ""
                : place.higher() == ahead
                        ? ", with a higher priority"
                        : ", " + place.higher() + " of them with a higher priority";
        return count + " ahead of it in the queue" + higher;
    }
}
