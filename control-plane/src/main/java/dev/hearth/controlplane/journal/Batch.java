package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.AttemptKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What has gathered for one transaction. Guarded by the journal's lock until the journal's thread takes it. */
final class Batch {
    /**
     * A cancel of a run ({@code action} null) or of an action; descendants go along, {@code itself} says whether it does.
     *
     * @param why as whoever cancels says it; null = says nothing
     */
    record Cancel(
            String run,
            @Nullable String action,
            boolean itself,
            @Nullable String why) {
        /** The action at which to begin: a run is its root with all descendants. */
        String start() {
            return action == null ? "a0" : action;
        }

        /** All actions descend from the root: there is no tree to walk. */
        boolean isWholeRun() {
            return start().equals("a0");
        }

        String reason() {
            if (!itself) {
                return "its parent ended without waiting for it";
            }
            return (action == null ? "its run was cancelled" : "cancelled with action " + action)
                    + (why == null ? "" : ": " + why);
        }
    }

    /** The waiting actions of a pool whose replicas never come up. */
    record Hopeless(long pool, String code, String reason) {}

    final List<Wish<Hopeless, Integer>> hopeless = new ArrayList<>();
    final List<Wish<ReplicaEnd, Void>> replicaEnds = new ArrayList<>();
    final List<Wish<AttemptEnd, Boolean>> attemptEnds = new ArrayList<>();
    /** Of the attempts that end, those with children under way. */
    final Set<AttemptKey> parents = new HashSet<>();

    final List<Wish<Cancel, Integer>> cancels = new ArrayList<>();
    final List<Wish<NewRun, StoredAction>> runs = new ArrayList<>();
    final List<Wish<NewChild, StoredAction>> children = new ArrayList<>();
    final Map<AttemptKey, Boolean> parkings = new LinkedHashMap<>();
    final Map<Long, Beat> beats = new LinkedHashMap<>();
    /** Set slots free that this transaction's ends and parkings give back: not sooner, or rows would show them booked twice. */
    final List<Runnable> freed = new ArrayList<>();

    boolean lookEverywhere;

    /** Whether a commit was asked for: if its answer got lost, nobody knows whether it was done. */
    boolean mayBeStored;

    /** Of inputs and outputs, for the bound on what gathers. */
    long bytes;

    boolean isEmpty() {
        return size() == 0 && parkings.isEmpty() && beats.isEmpty() && !lookEverywhere;
    }

    /** Wishes that somebody waits for. */
    int size() {
        return hopeless.size()
                + replicaEnds.size()
                + attemptEnds.size()
                + cancels.size()
                + runs.size()
                + children.size();
    }

    /** The replicas' slots are free all the same: what ran there has ended. */
    void fail(Throwable cause) {
        Stream.of(hopeless, replicaEnds, attemptEnds, cancels, runs, children)
                .flatMap(List::stream)
                .forEach(wish -> wish.answer().completeExceptionally(cause));
        freed.forEach(Runnable::run);
    }

    /** Tells callers who can come back that nothing of what they asked was stored. The engine's own wishes stay. */
    void turnAway() {
        if (!mayBeStored) {
            List<Wish<?, ?>> callers = new ArrayList<>(runs);
            callers.addAll(cancels);
            runs.forEach(wish -> bytes -= wish.what().input().inlineSize());
            runs.clear();
            cancels.clear();
            callers.forEach(wish -> wish.answer().completeExceptionally(new DatabaseAwayException()));
        }
    }

    /** The same wishes, each in a batch of its own, so that a faulty one does not take its neighbours along. */
    List<Batch> singles() {
        List<Batch> singles = new ArrayList<>();
        hopeless.forEach(wish -> single(singles).hopeless.add(wish));
        replicaEnds.forEach(wish -> single(singles).replicaEnds.add(wish));
        attemptEnds.forEach(wish -> single(singles).attemptEnds.add(wish));
        cancels.forEach(wish -> single(singles).cancels.add(wish));
        runs.forEach(wish -> single(singles).runs.add(wish));
        children.forEach(wish -> single(singles).children.add(wish));
        parkings.forEach((attempt, parked) -> single(singles).parkings.put(attempt, parked));
        single(singles).beats.putAll(beats);
        singles.getLast().freed.addAll(freed);
        singles.forEach(single -> {
            single.parents.addAll(parents);
            single.mayBeStored = mayBeStored;
        });
        return singles;
    }

    private static Batch single(List<Batch> singles) {
        Batch single = new Batch();
        singles.add(single);
        return single;
    }
}
