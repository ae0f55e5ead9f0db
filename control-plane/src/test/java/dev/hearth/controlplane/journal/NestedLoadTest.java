package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.Terms;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parents that wait for children in a queue full of parents: played on one replica, in the order in which it is served. */
class NestedLoadTest {
    private EngineFixture engine;
    private Journal journal;
    private final Map<String, Parent> parked = new HashMap<>();
    private final List<String> ended = new ArrayList<>();
    private int mostParked;

    /** A parent that waits: what it runs as, and how many of its children live. */
    private record Parent(ClaimedAction action, int children) {}

    @BeforeEach
    void start() {
        engine = EngineFixture.start(TestDatabase.migrated());
        journal = engine.journal();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void whatHasBegunEndsBeforeMoreBeginsInABatchOfParents() {
        RememberingReplica replica = engine.replica(1, 1);
        batch(200, 0);

        serve(replica, 300, 1, 2);

        assertThat(ended).as("100 roots with two children each").hasSizeBetween(98, 100);
        assertThat(mostParked).isLessThanOrEqualTo(2);
    }

    @Test
    void theFirstOfManyRunsWithManyChildrenEndsEarlyAndFewAreUnderWay() {
        RememberingReplica replica = engine.replica(1, 1);
        batch(100, 0);

        serve(replica, 300, 1, 30);

        assertThat(ended).isNotEmpty();
        assertThat(mostParked).isLessThanOrEqualTo(8);
    }

    @Test
    void theDeepestGoFirstSoThatAWideTreeDoesNotStandParkedAtOnce() {
        RememberingReplica replica = engine.replica(1, 1);
        batch(1, 0);

        // A root of 40 children, each of two grandchildren.
        serve(replica, 121, 2, 40, 2);

        assertThat(ended).hasSize(41);
        assertThat(mostParked).as("the root and a child or two").isLessThanOrEqualTo(3);
    }

    @Test
    void aRootOfAHigherPriorityGoesBeforeChildren() {
        RememberingReplica replica = engine.replica(1, 1);
        batch(1, 0);
        ClaimedAction root = replica.next();
        for (int i = 0; i < 5; i++) {
            journal.submit(child(root, "c" + i)).join();
        }
        journal.submit(run("urgent", 1)).join();
        journal.submit(run("later", 0)).join();
        replica.free();
        journal.park(root.attempt(), true, () -> {});

        assertThat(replica.next().run()).isEqualTo("urgent");
    }

    @Test
    void aReplicaWithoutMemoryForNewRootsGetsChildrenUntilItHasSomeAgain() {
        RememberingReplica replica = engine.replica(1, 1);
        batch(3, 0);
        ClaimedAction root = replica.next();
        journal.submit(run("urgent", 9)).join();
        journal.submit(child(root, "c0")).join();
        replica.takesRoots(false);
        replica.free();
        journal.park(root.attempt(), true, () -> {});

        ClaimedAction child = replica.next();
        assertThat(child.name()).isEqualTo("c0");
        replica.free();
        journal.end(succeeded(child.attempt())).join();
        journal.submit(run("another", 0)).join();
        assertThat(replica.taken()).hasSize(2);

        replica.takesRoots(true);
        journal.look();
        assertThat(replica.next().run()).isEqualTo("urgent");
    }

    /** Takes so many actions from the queue; those less deep than {@code depth} have {@code children[depth]} and wait for them. */
    private void serve(RememberingReplica replica, int count, int depth, int... children) {
        for (int i = 0; i < count; i++) {
            ClaimedAction action = replica.next();
            if (action.depth() < depth) {
                int own = children[action.depth()];
                parked.put(path(action), new Parent(action, own));
                mostParked = Math.max(mostParked, parked.size());
                IntStream.range(0, own).forEach(each -> journal.submit(child(action, action.name() + "-" + each)));
                replica.parked(parked.size());
                journal.park(action.attempt(), true, replica::free);
            } else {
                end(action, replica);
            }
        }
    }

    /** The slot is set free with the end; a parent goes on over the limit and holds none. */
    private void end(ClaimedAction action, RememberingReplica replica) {
        String parent = action.run() + "/" + action.parent();
        Parent waiting = parked.get(parent);
        if (waiting.children() == 1) {
            parked.remove(parent);
            replica.parked(parked.size());
            ended.add(parent);
            if (waiting.action().parent() == null) {
                journal.end(succeeded(waiting.action().attempt())).join();
            } else {
                endOfAnother(waiting.action());
            }
        } else {
            parked.put(parent, new Parent(waiting.action(), waiting.children() - 1));
        }
        journal.end(succeeded(action.attempt()), false, new Once(replica)::free).join();
    }

    private void endOfAnother(ClaimedAction action) {
        String parent = action.run() + "/" + action.parent();
        Parent waiting = parked.get(parent);
        if (waiting.children() == 1) {
            parked.remove(parent);
            ended.add(parent);
        } else {
            parked.put(parent, new Parent(waiting.action(), waiting.children() - 1));
        }
        journal.end(succeeded(action.attempt())).join();
    }

    /** What the journal calls may be called twice. */
    private static final class Once {
        private final RememberingReplica replica;
        private boolean done;

        Once(RememberingReplica replica) {
            this.replica = replica;
        }

        void free() {
            if (!done) {
                done = true;
                replica.free();
            }
        }
    }

    private void batch(int count, int priority) {
        journal.submit(IntStream.range(0, count)
                        .mapToObj(i -> run("r" + i, priority))
                        .toList())
                .forEach(submitted -> submitted.join());
    }

    private static String path(ClaimedAction action) {
        return action.run() + "/" + action.name();
    }

    private NewRun run(String name, int priority) {
        return engine.run(name, null, priority);
    }

    private NewChild child(ClaimedAction parent, String name) {
        return new NewChild(
                parent.attempt(),
                parent.run(),
                name,
                parent.name(),
                1,
                "env",
                engine.version(),
                "t",
                engine.pool(),
                Payload.json("1".getBytes(StandardCharsets.UTF_8)),
                Terms.DEFAULT,
                parent.priority(),
                parent.depth() + 1);
    }

    private static AttemptEnd succeeded(AttemptKey attempt) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        return new AttemptEnd(
                attempt,
                new Succeeded(Payload.json("1".getBytes(StandardCharsets.UTF_8))),
                null,
                false,
                null,
                new AttemptEnd.Times(now, now, now, 100, 3, 7));
    }
}
