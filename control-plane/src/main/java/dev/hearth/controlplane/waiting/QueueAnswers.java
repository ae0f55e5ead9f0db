package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.api.WaitingView.Cause;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import dev.hearth.controlplane.policy.ReplicaSnapshot;
import dev.hearth.controlplane.policy.StartFailures;
import dev.hearth.controlplane.waiting.QueueFacts.Longest;
import dev.hearth.controlplane.waiting.QueueFacts.PlacesHeld;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is said of an action that stands in a queue, one method a cause. */
final class QueueAnswers {
    private static final int POOLS_NAMED = 5;

    private final ActionFacts action;
    private final QueueFacts queue;
    private final PoolSlots slots;
    private final PoolSnapshot pool;
    private final Instant now;

    QueueAnswers(ActionFacts action, QueueFacts queue, PoolSlots slots, Instant now) {
        this.action = action;
        this.queue = queue;
        this.slots = slots;
        this.pool = slots.pool();
        this.now = now;
    }

    WaitingView dispatched(int free) {
        return answer(Cause.BEING_DISPATCHED)
                .with("freeSlots", free)
                .says(
                        free == 0
                                ? "It is being given to a replica just now."
                                : "%s free on %s and %s: it goes next."
                                        .formatted(
                                                are(free, "slot"),
                                                Words.replicas(heardWithRoom()),
                                                Words.ahead(queue.place())));
    }

    WaitingView behindFree(int free) {
        return answer(Cause.BEHIND_OTHERS)
                .with("freeSlots", free)
                .says("%s, and they take the %s on %s first."
                        .formatted(
                                capital(Words.ahead(queue.place())),
                                free + " free slot" + (free == 1 ? "" : "s"),
                                Words.replicas(heardWithRoom())));
    }

    WaitingView behindComing(int replicas) {
        int coming = replicas * slots.each();
        return answer(Cause.BEHIND_OTHERS)
                .with("comingSlots", coming)
                .says("%s, more than the %s of the %s."
                        .formatted(
                                capital(Words.ahead(queue.place())),
                                Words.counted(coming, "slot"),
                                replicas == 1 ? "replica that comes up" : replicas + " replicas that come up"));
    }

    /** @param index of the replica that has a slot for it, among those that come up */
    WaitingView starting(int index) {
        List<ReplicaSnapshot> booting = slots.booting();
        ReplicaSnapshot own = booting.get(index);
        return coming(Cause.REPLICA_STARTING, own)
                .says("Waits for replica %d%s, %s%s; %s%s."
                        .formatted(
                                own.ordinal(),
                                booting.size() == 1 ? "" : " (of " + Words.replicas(booting) + ", which come up)",
                                comingFor(own),
                                retried(),
                                usually(own),
                                behind()));
    }

    WaitingView freshStarting() {
        ReplicaSnapshot own = slots.booting().get(queue.place().ahead());
        return coming(Cause.FRESH_REPLICA, own)
                .says("Without a reuse policy it waits for a replica of its own: replica %d, %s%s; %s%s."
                        .formatted(own.ordinal(), comingFor(own), retried(), usually(own), behind()));
    }

    WaitingView freshRequested(Decision.Start start) {
        return requested(Cause.FRESH_REPLICA, start)
                .says(
                        "Without a reuse policy it waits for a replica of its own: the autoscaler starts %s within a second%s%s."
                                .formatted(Words.ordinals(start.ordinals()), retried(), behind()));
    }

    WaitingView freshLimit() {
        List<ReplicaSnapshot> replicas = pool.replicas();
        long running =
                replicas.stream().filter(replica -> replica.running() > 0).count();
        long parked = replicas.stream()
                .filter(replica -> replica.parked() > 0 && replica.running() == 0)
                .count();
        return answer(Cause.FRESH_REPLICA)
                .with("replicas", replicas.size())
                .with("limit", pool.ceiling())
                .with("longest", longest().orElse(null))
                .says(
                        "Without a reuse policy it waits for a replica of its own, and %s of at most %d are there (%d run, %d wait for children, %d come or go); %s%s."
                                .formatted(
                                        replicas.size(),
                                        pool.ceiling(),
                                        running,
                                        parked,
                                        replicas.size() - running - parked,
                                        Words.ahead(queue.place()),
                                        longestRuns()));
    }

    WaitingView cold(Decision.Start start) {
        return requested(action.ownPool() ? Cause.RUN_POOL : Cause.POOL_COLD, start)
                .says("%s has no replica: the autoscaler starts %s within a second%s; %s%s."
                        .formatted(
                                action.ownPool() ? "The pool of its own run" : "Its pool is cold and",
                                Words.ordinals(start.ordinals()),
                                retried(),
                                usually(),
                                behind()));
    }

    WaitingView grows(Decision.Start start) {
        int ready = slots.ready().size();
        String there = ready == 0 ? "No slot is up yet for it" : busy(ready);
        return requested(Cause.POOL_GROWS, start)
                .says("%s: the autoscaler starts %s within a second; %s%s."
                        .formatted(there, Words.ordinals(start.ordinals()), usually(), behind()));
    }

    WaitingView failedStarts() {
        StartFailures failures = pool.failures();
        Instant retryAt = failures.retryAt();
        String next = retryAt == null || !retryAt.isAfter(now)
                ? "the next one is due now"
                : "the next one is tried in " + Words.time(Duration.between(now, retryAt));
        return answer(Cause.START_BACK_OFF)
                .since(failures.lastAt())
                .until(retryAt)
                .with("failedStarts", failures.count())
                .with("lastReason", failures.lastReason())
                .says("No replica could be started for it: %s in a row %s, last with \"%s\"; %s."
                        .formatted(
                                Words.counted(failures.count(), "start"),
                                failures.onlySlow()
                                        ? "were too slow, each gets twice the time of the one before, and the work waits"
                                        : "failed",
                                Objects.requireNonNullElse(failures.lastReason(), "no output"),
                                next));
    }

    WaitingView serverLimit(Decision.Hold hold) {
        int draining = queue.holders().stream().mapToInt(PlacesHeld::draining).sum();
        String largest = queue.holders().stream()
                .limit(POOLS_NAMED)
                .map(held -> held.environment() + " has " + held.replicas())
                .collect(Collectors.joining(", "));
        return answer(Cause.SERVER_LIMIT)
                .with("limit", pool.room().limit())
                .with("used", pool.room().used())
                .with("draining", draining)
                .with("pools", queue.holders())
                .says(
                        "Its pool has %s and needs %d, but the server's limit of %s (hearth.scaling.max-replicas) leaves room for %d: %s%s; %s."
                                .formatted(
                                        Words.counted(hold.from(), "replica"),
                                        hold.to(),
                                        Words.counted(pool.room().limit(), "replica"),
                                        pool.room().free(),
                                        largest,
                                        draining == 0 ? "" : ", " + draining + " of all drain",
                                        Words.ahead(queue.place())));
    }

    WaitingView drainingHolds() {
        List<ReplicaSnapshot> draining = slots.draining();
        int left = draining.stream()
                .mapToInt(replica -> replica.running() + replica.parked())
                .sum();
        return answer(Cause.DRAINING_HOLDS_PLACES)
                .with(
                        "draining",
                        draining.stream().map(ReplicaSnapshot::ordinal).toList())
                .with("unfinished", left)
                .with("limit", pool.limits().max())
                .says(
                        "Its pool may have %s, twice as many with those that drain, and has %d: %s drain%s and hold%s the place of a new one; %s left to finish there."
                                .formatted(
                                        Words.counted(pool.limits().max(), "replica"),
                                        pool.replicas().size(),
                                        Words.replicas(draining),
                                        draining.size() == 1 ? "s" : "",
                                        draining.size() == 1 ? "s" : "",
                                        are(left, "execution")));
    }

    WaitingView parentsHoldMemory() {
        List<ReplicaSnapshot> closed = slots.closed();
        int parents = closed.stream().mapToInt(ReplicaSnapshot::parked).sum();
        return answer(Cause.PARENTS_HOLD_MEMORY)
                .with("replicas", closed.stream().map(ReplicaSnapshot::ordinal).toList())
                .with("parents", parents)
                .says(
                        "On %s %s for children and %s as much memory as parents may: until some have ended, only children go there; %s."
                                .formatted(
                                        Words.replicas(closed),
                                        Words.counted(parents, "parent") + (parents == 1 ? " waits" : " wait"),
                                        parents == 1 ? "holds" : "hold",
                                        Words.ahead(queue.place())));
    }

    WaitingView allBusy() {
        int replicas = slots.ready().size();
        String limit = replicas >= pool.limits().max() ? ", the most that its pool may have" : "";
        List<ReplicaSnapshot> silent = slots.silent();
        return answer(Cause.ALL_SLOTS_BUSY)
                .with("slots", replicas * slots.each())
                .with("replicas", replicas)
                .with("maxReplicas", pool.limits().max())
                .with("concurrency", pool.limits().concurrency())
                .with("longest", longest().orElse(null))
                .says("%s%s; %s%s%s."
                        .formatted(
                                busy(replicas),
                                limit,
                                Words.ahead(queue.place()),
                                longestRuns(),
                                silent.isEmpty() ? "" : "; nothing is heard of " + Words.replicas(silent)));
    }

    WaitingView unconnected() {
        List<ReplicaSnapshot> silent = slots.silent();
        Duration longest = silent.stream()
                .map(replica -> queue.contacts().get(replica.id()))
                .flatMap(contact -> Stream.ofNullable(contact == null ? null : contact.silence()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        return answer(Cause.NO_REPLICA_CONNECTED)
                .since(now.minus(longest))
                .with("replicas", silent.stream().map(ReplicaSnapshot::ordinal).toList())
                .with("silentMs", longest.toMillis())
                .says(
                        "%s ready with room for it, but nothing has been heard of %s for %s: it is given work again when it reconnects, and replaced when it is lost."
                                .formatted(
                                        capital(Words.replicas(slots.withRoom()))
                                                + (slots.withRoom().size() == 1 ? " is" : " are"),
                                        silent.size() == 1 ? "it" : "them",
                                        Words.time(longest)));
    }

    WaitingView patience(Decision.Hold hold) {
        Duration service = pool.pace().service();
        return answer(Cause.PATIENCE)
                .with("coldStartMs", millis(pool.pace().coldStart()))
                .with("serviceMs", millis(service))
                .with("longest", longest().orElse(null))
                .says("No replica is started for it: %s; an execution takes %s here, and %s; %s."
                        .formatted(
                                hold.reason(),
                                service == null ? "an unknown time" : Words.time(service),
                                usually(),
                                Words.ahead(queue.place())));
    }

    private String busy(int replicas) {
        int all = replicas * slots.each();
        return all == 1
                ? "The one slot of its pool is busy"
                : "All %d slots of %s are busy".formatted(all, Words.counted(replicas, "replica"));
    }

    private Answer answer(Cause cause) {
        return Answer.of(cause)
                .since(action.availableAt())
                .with("environment", action.environment())
                .with("ahead", queue.place().ahead())
                .with("aheadOfHigherPriority", queue.place().higher());
    }

    private Answer requested(Cause cause, Decision.Start start) {
        return answer(cause)
                .with("starts", start.ordinals())
                .with("coldStartMs", millis(pool.pace().coldStart()));
    }

    private Answer coming(Cause cause, ReplicaSnapshot own) {
        return answer(cause)
                .since(own.requestedAt())
                .until(expectedAt(own))
                .with("replica", String.valueOf(own.id()))
                .with("ordinal", own.ordinal())
                .with("phase", own.phase())
                .with(
                        "starting",
                        slots.booting().stream().map(ReplicaSnapshot::ordinal).toList())
                .with("coldStartMs", millis(pool.pace().coldStart()));
    }

    private String comingFor(ReplicaSnapshot own) {
        return "requested " + Words.time(Duration.between(own.requestedAt(), now)) + " ago and " + own.phase();
    }

    /** Null if it is not known, or is over. */
    private @Nullable Instant expectedAt(ReplicaSnapshot own) {
        Duration coldStart = pool.pace().coldStart();
        Instant expected = coldStart == null ? null : own.requestedAt().plus(coldStart);
        return expected != null && expected.isAfter(now) ? expected : null;
    }

    private String usually(ReplicaSnapshot own) {
        boolean late = pool.pace().coldStart() != null && expectedAt(own) == null;
        return usually() + (late ? ", so it is late" : "");
    }

    private String usually() {
        Duration coldStart = pool.pace().coldStart();
        return coldStart == null
                ? "how long a start takes here is not known yet"
                : "a start usually takes " + Words.time(coldStart);
    }

    private String retried() {
        int failed = pool.failures().count();
        return failed == 0 ? "" : ", after " + Words.counted(failed, "failed start");
    }

    private String behind() {
        return queue.place().ahead() == 0 ? "" : "; " + Words.ahead(queue.place());
    }

    private Optional<Longest> longest() {
        return queue.contacts().values().stream()
                .flatMap(contact -> Stream.ofNullable(contact.longest()))
                .min(Comparator.comparing(Longest::since));
    }

    private String longestRuns() {
        return longest()
                .map(longest -> "; %s of run %s has run longest, for %s on replica %d"
                        .formatted(
                                longest.action(),
                                longest.run(),
                                Words.time(Duration.between(longest.since(), now)),
                                longest.ordinal()))
                .orElse("");
    }

    private List<ReplicaSnapshot> heardWithRoom() {
        return slots.withRoom().stream()
                .filter(replica -> !queue.silent(replica))
                .toList();
    }

    private static String are(int count, String noun) {
        return Words.counted(count, noun) + (count == 1 ? " is" : " are");
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : Long.valueOf(duration.toMillis());
    }
}
