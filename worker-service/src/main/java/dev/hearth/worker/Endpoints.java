package dev.hearth.worker;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The control planes that a replica may connect to, and the one whose turn it is. What the control planes say replaces what
 * they said before; what the replica was started with is never forgotten. Thread-safe.
 */
final class Endpoints {
    private final List<String> given;
    private List<String> known;
    private String current;

    /** @param given host:port, separated by commas, the nearest first */
    Endpoints(String given) {
        this.given = List.of(given.split(","));
        this.known = this.given;
        this.current = known.getFirst();
    }

    synchronized String current() {
        return current;
    }

    /** Takes over what a control plane says of itself and the others. Whose turn it is does not change. */
    synchronized void learn(List<String> told) {
        Set<String> all = new LinkedHashSet<>(told);
        all.addAll(given);
        all.add(current);
        known = new ArrayList<>(all);
    }

    /** The current one does not answer: the next one's turn, round and round. */
    synchronized void next() {
        current = known.get((known.indexOf(current) + 1) % known.size());
    }
}
