package dev.hearth.controlplane.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.journal.Outcome.Failed;
import dev.hearth.controlplane.journal.Outcome.Succeeded;
import dev.hearth.controlplane.scheduling.AttemptKey;
import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.model.ActionPhase;
import dev.hearth.model.ErrorCode;
import dev.hearth.model.ReplicaPhase;
import dev.hearth.model.Terms;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The journal on a real database, with replicas that only remember what they were given. */
class JournalTest {
    private final List<ActionChange> changes = new ArrayList<>();
    private EngineFixture engine;
    private Journal journal;
    private JdbcClient sql;

    @BeforeEach
    void start() {
        engine = EngineFixture.start(TestDatabase.migrated());
        engine.feed().subscribe((List<ActionChange> committed) -> {
            synchronized (changes) {
                changes.addAll(committed);
            }
        });
        journal = engine.journal();
        sql = engine.sql();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void aRunIsDurableAndAssignedToAFreeSlotWithOneCommit() {
        RememberingReplica replica = engine.replica(1, 4);

        StoredAction root = journal.submit(run("r1", null)).join();

        assertThat(root.created()).isTrue();
        ClaimedAction claimed = replica.next();
        assertThat(claimed.run()).isEqualTo("r1");
        assertThat(claimed.name()).isEqualTo("a0");
        assertThat(claimed.number()).isEqualTo(1);
        assertThat(phase("r1", "a0")).isEqualTo("RUNNING");
        assertThat(runPhase("r1")).isEqualTo("RUNNING");
    }

    @Test
    void aReportEndsTheActionItsRunAndWritesTheAttempt() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        ClaimedAction claimed = replica.next();

        assertThat(journal.end(succeeded(claimed.attempt(), "7")).join()).isTrue();

        assertThat(phase("r1", "a0")).isEqualTo("SUCCEEDED");
        assertThat(runPhase("r1")).isEqualTo("SUCCEEDED");
        assertThat(
                        number(
                                "SELECT count(*) FROM attempt WHERE phase = 'SUCCEEDED' AND reused AND served_before = 3 AND waited_for_children_ms = 7"))
                .isEqualTo(1);
        assertThat(number("SELECT executed FROM replica WHERE id = " + replica.id()))
                .isEqualTo(1);
    }

    @Test
    void aReportWithAStaleTokenChangesNothing() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey current = replica.next().attempt();

        AttemptKey stale = new AttemptKey(current.action(), current.token() + 1);
        assertThat(journal.end(succeeded(stale, "7")).join()).isFalse();
        assertThat(phase("r1", "a0")).isEqualTo("RUNNING");

        assertThat(journal.end(succeeded(current, "7")).join()).isTrue();
        assertThat(journal.end(succeeded(current, "8")).join()).isFalse();
        assertThat(sql.sql("SELECT output FROM action WHERE run = 'r1'")
                        .query(byte[].class)
                        .single())
                .isEqualTo("7".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aStaleReportDoesNotTakeThePlaceOfTheCurrentOneInTheSameBatch() throws SQLException {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey current = replica.next().attempt();
        journal.submit(run("r2", null)).join();
        AttemptKey other = replica.next().attempt();
        AttemptKey stale = new AttemptKey(current.action(), current.token() + 1);
        CompletableFuture<Boolean> answer;

        try (Connection holder = engine.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT * FROM action WHERE run = 'r2' FOR UPDATE");
            // Waits for the lock; meanwhile the next two gather.
            journal.end(succeeded(other, "0"));
            journal.end(succeeded(stale, "1"));
            answer = journal.end(succeeded(current, "7"));
            holder.rollback();
            holder.setAutoCommit(true);
        }

        assertThat(answer.join()).isTrue();
        assertThat(phase("r1", "a0")).isEqualTo("SUCCEEDED");
    }

    @Test
    void anErrorFailsItsBatchAndTheJournalGoesOn() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey attempt = replica.next().attempt();
        AtomicBoolean first = new AtomicBoolean(true);

        CompletableFuture<Boolean> failed = journal.end(succeeded(attempt, "7"), false, () -> {
            if (first.getAndSet(false)) {
                throw new OutOfMemoryError("in this test");
            }
        });

        assertThat(failed)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("in this test");
        assertThat(journal.end(succeeded(attempt, "7")))
                .succeedsWithin(Duration.ofSeconds(10))
                .isEqualTo(true);
    }

    @Test
    void aNameThatNoIndexCanHoldIsRefusedAtOnce() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();
        String name = new Random(1)
                .ints(9_000, '!', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        assertThat(journal.submit(child(parent, "r1", name))).failsWithin(Duration.ofSeconds(10));
        assertThat(journal.submit(child(parent, "r1", "c1"))).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void theSameIdempotencyKeyAnswersTheSameRunEvenInOneBatch() {
        List<CompletableFuture<StoredAction>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(journal.submit(run("k" + i, "one key")));
        }
        Set<String> names = new HashSet<>();
        answers.forEach(answer -> names.add(answer.join().run()));
        assertThat(names).hasSize(1);
        assertThat(number("SELECT count(*) FROM run")).isEqualTo(1);
        assertThat(answers.stream().filter(answer -> answer.join().created())).hasSize(1);
    }

    @Test
    void aRepeatedChildIsFoundAndAnEndedOneComesWithItsOutcome() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();

        StoredAction first = journal.submit(child(parent, "r1", "c1")).join();
        StoredAction again = journal.submit(child(parent, "r1", "c1")).join();
        assertThat(first.created()).isTrue();
        assertThat(again.created()).isFalse();
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.outcome()).isNull();

        journal.end(succeeded(replica.next().attempt(), "42")).join();
        StoredAction ended = journal.submit(child(parent, "r1", "c1")).join();
        assertThat(ended.phase()).isEqualTo(ActionPhase.SUCCEEDED);
        assertThat(((Succeeded) ended.outcome()).output().bytes()).isEqualTo("42".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aStaleParentStartsNoChild() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();
        journal.end(succeeded(parent, "1")).join();

        assertThatThrownBy(() -> journal.submit(child(parent, "r1", "late")).join())
                .hasCauseInstanceOf(StaleAttemptException.class);
    }

    @Test
    void noSlotIsBookedTwiceAndTheOldestGoFirst() {
        RememberingReplica replica = engine.replica(1, 3);
        for (int i = 0; i < 10; i++) {
            journal.submit(run("q" + i, null)).join();
        }
        assertThat(replica.taken()).extracting(ClaimedAction::run).containsExactly("q0", "q1", "q2");

        AttemptKey done = replica.next().attempt();
        replica.free();
        journal.end(succeeded(done, "1")).join();
        await().untilAsserted(() -> assertThat(number("SELECT count(*) FROM action WHERE phase = 'RUNNING'"))
                .isEqualTo(3));
        assertThat(phase("q3", "a0")).isEqualTo("RUNNING");
        assertThat(phase("q4", "a0")).isEqualTo("QUEUED");
    }

    @Test
    void aReplicaThatIsNoLongerReadyGetsNothing() {
        RememberingReplica replica = engine.replica(1, 3);
        sql.sql("UPDATE replica SET phase = 'DRAINING' WHERE id = ?")
                .param(replica.id())
                .update();
        journal.submit(run("r1", null)).join();
        assertThat(phase("r1", "a0")).isEqualTo("QUEUED");
    }

    @Test
    void anActionThatEndsItsReplicaWheneverItIsAloneFailsAfterTheFourthTime() {
        sql.sql("UPDATE pool SET single_use = true").update();
        loseAgainAndAgain(Retry.LOSSES_OF_THE_GUILTY, true);
        assertThat(phase("r1", "a0")).isEqualTo("FAILED");
        assertThat(runPhase("r1")).isEqualTo("FAILED");
        assertThat(number("SELECT count(*) FROM attempt WHERE error_code = 'REPLICA_LOST'"))
                .isEqualTo(Retry.LOSSES_OF_THE_GUILTY);
    }

    @Test
    void anActionWhoseReplicasAreKilledByOthersIsTriedOn() {
        sql.sql("UPDATE pool SET single_use = true").update();
        loseAgainAndAgain(Retry.LOSSES_OF_THE_GUILTY, false);
        assertThat(phase("r1", "a0")).isEqualTo("QUEUED");
    }

    private void loseAgainAndAgain(int times, boolean byItself) {
        for (int loss = 1; loss <= times; loss++) {
            RememberingReplica replica = engine.replica(loss, 1);
            if (loss == 1) {
                journal.submit(run("r1", null)).join();
            } else {
                journal.look();
            }
            await().until(() -> phase("r1", "a0").equals("RUNNING"));
            engine.disconnect(replica);
            journal.end(new ReplicaEnd(
                            replica.id(), ReplicaPhase.LOST, ErrorCode.REPLICA_LOST, "gone", byItself, Map.of()))
                    .join();
        }
    }

    @Test
    void cancelAbortsTheRunWithAllDescendantsAndNamesWhatStillRuns() {
        RememberingReplica replica = engine.replica(1, 2);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();
        journal.submit(child(parent, "r1", "c1")).join();
        journal.submit(child(parent, "r1", "c2")).join();

        assertThat(journal.cancel("r1", null, null).join()).isEqualTo(3);

        assertThat(number("SELECT count(*) FROM action WHERE phase = 'ABORTED'"))
                .isEqualTo(3);
        assertThat(runPhase("r1")).isEqualTo("ABORTED");
        // The feed follows the answer.
        await().untilAsserted(() -> {
            synchronized (changes) {
                assertThat(changes.stream().filter(change -> change.interrupted() != null))
                        .hasSize(2);
            }
        });
        assertThat(journal.end(succeeded(parent, "1")).join()).isFalse();
    }

    /** The answers come with the commit. */
    @Test
    void whatAParentLeavesBehindIsAbortedInTheCommitOfItsEndUnlessItIsTriedAgain() {
        RememberingReplica replica = engine.replica(1, 2);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();
        journal.submit(child(parent, "r1", "c1")).join();
        journal.submit(child(parent, "r1", "c2")).join();
        journal.end(failed(parent, Instant.now().plusSeconds(3_600)), true, () -> {})
                .join();
        assertThat(phase("r1", "c1")).isEqualTo("RUNNING");
        assertThat(phase("r1", "c2")).isEqualTo("QUEUED");

        RememberingReplica another = engine.replica(2, 2);
        journal.submit(run("r2", null)).join();
        Map<String, AttemptKey> claimed = Stream.of(another.next(), another.next())
                .collect(Collectors.toMap(ClaimedAction::run, ClaimedAction::attempt));
        AttemptKey last = claimed.get("r2");
        journal.submit(child(last, "r2", "c3")).join();
        assertThat(phase("r2", "c3")).isEqualTo("QUEUED");
        journal.end(succeeded(last, "1"), true, () -> {}).join();
        assertThat(phase("r2", "c3")).isEqualTo("ABORTED");
        assertThat(journal.end(succeeded(claimed.get("r1"), "1")).join())
                .as("the children of another run go on")
                .isTrue();
    }

    /** As another control plane does it, in a transaction that is not over when the cancel comes. */
    @Test
    void whatIsClaimedElsewhereWhileItIsCancelledHasRunAndItsAttemptIsRecorded() throws SQLException {
        journal.submit(run("r1", null)).join();
        RememberingReplica replica = engine.replica(1, 0);

        Integer aborted = cancelDuring("""
                UPDATE action SET phase = 'RUNNING', attempt = 1, token = 77, replica_id = %d, dispatched_at = now()
                WHERE run = 'r1'""".formatted(replica.id()));

        assertThat(aborted).isEqualTo(1);
        assertThat(number("SELECT count(*) FROM attempt WHERE number = 1 AND phase = 'ABORTED' AND token = 77"))
                .isEqualTo(1);
        await("its replica is told").untilAsserted(() -> {
            synchronized (changes) {
                assertThat(changes).anyMatch(change -> change.interrupted() != null);
            }
        });
    }

    @Test
    void aChildThatIsAskedForElsewhereWhileItsRunIsCancelledIsCancelledToo() throws SQLException {
        RememberingReplica replica = engine.replica(1, 1);
        journal.submit(run("r1", null)).join();
        AttemptKey parent = replica.next().attempt();
        journal.submit(child(parent, "r1", "c1")).join();

        Integer aborted = cancelDuring("""
                WITH parent AS MATERIALIZED (SELECT id FROM action WHERE run = 'r1' AND name = 'a0' FOR SHARE)
                INSERT INTO action (run, name, parent, environment, version_id, task, pool_id, phase, created_at,
                                    available_at, input_type)
                SELECT run, 'c2', 'a0', environment, version_id, task, pool_id, 'QUEUED', now(), now(), 'application/json'
                FROM action JOIN parent USING (id)""");

        assertThat(aborted).isEqualTo(3);
        assertThat(phase("r1", "c2")).isEqualTo("ABORTED");
        assertThatThrownBy(() -> journal.submit(child(parent, "r1", "c3")).join())
                .as("none comes afterwards")
                .hasCauseInstanceOf(StaleAttemptException.class);
    }

    private Integer cancelDuring(String statement) throws SQLException {
        CompletableFuture<Integer> answer;
        try (Connection elsewhere = engine.dataSource().getConnection()) {
            elsewhere.setAutoCommit(false);
            elsewhere.createStatement().execute(statement);
            answer = journal.cancel("r1", null, null);
            await("the cancel waits for the other transaction").until(this::journalIsBlocked);
            elsewhere.commit();
            elsewhere.setAutoCommit(true);
        }
        return answer.join();
    }

    @Test
    void aWishThatTheDatabaseRefusesDoesNotTakeItsNeighboursAlong() {
        List<CompletableFuture<StoredAction>> answers = new ArrayList<>();
        answers.add(journal.submit(run("good1", null)));
        answers.add(journal.submit(new NewRun(
                "bad",
                "default",
                "env",
                999_999,
                "v",
                "t",
                engine.pool(),
                Payload.json(new byte[] {'1'}),
                null,
                Terms.DEFAULT,
                0,
                null)));
        answers.add(journal.submit(run("good2", null)));
        assertThat(answers.get(0).join().created()).isTrue();
        assertThat(answers.get(2).join().created()).isTrue();
        assertThatThrownBy(() -> answers.get(1).join()).hasMessageContaining("foreign key");
    }

    @Test
    void aFailureOfItsOwnGoesBackToTheQueueAndCountsAgainstTheUsersBudgetOnly() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", Terms.DEFAULT.withRetries(1), 0)).join();
        ClaimedAction first = replica.next();
        assertThat(first.terms().retries()).isEqualTo(1);

        journal.end(failed(first.attempt(), Instant.now())).join();

        ClaimedAction second = replica.next();
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.userFailures()).isEqualTo(1);
        assertThat(second.systemFailures()).isZero();
        journal.end(failed(second.attempt(), null)).join();
        assertThat(phase("r1", "a0")).isEqualTo("FAILED");
        assertThat(number("SELECT count(*) FROM attempt WHERE error_code = 'USER'"))
                .isEqualTo(2);
    }

    @Test
    void aTimeoutThatLeavesOutTheWaitsForChildrenReachesTheReplicaThatRunsIt() {
        RememberingReplica replica = engine.replica(1, 4);
        Terms plain = Terms.DEFAULT.withTimeout(Duration.ofSeconds(10));
        for (Terms terms : List.of(plain, plain.withTimeoutExcludesChildren(true), Terms.DEFAULT)) {
            journal.submit(run("r" + terms.timeout() + terms.timeoutExcludesChildren(), terms, 0))
                    .join();
            assertThat(replica.next().terms()).isEqualTo(terms);
        }
    }

    @Test
    void whatWaitsLongerThanItsQueueTimeoutIsTimedOutWithItsRun() {
        journal.submit(run("late", Terms.DEFAULT.withQueueTimeout(Duration.ofMillis(100)), 0))
                .join();
        journal.submit(run("patient", null)).join();
        await().untilAsserted(() -> assertThat(phase("late", "a0")).isEqualTo("TIMED_OUT"));
        assertThat(runPhase("late")).isEqualTo("TIMED_OUT");
        assertThat(phase("patient", "a0")).isEqualTo("QUEUED");
    }

    @Test
    void aRunOfOneGoesBeforeTheRestOfALargeRun() {
        RememberingReplica replica = engine.replica(1, 1);
        journal.submit(run("large", null)).join();
        AttemptKey parent = replica.next().attempt();
        for (int i = 0; i < 50; i++) {
            journal.submit(child(parent, "large", "c" + i)).join();
        }
        journal.submit(run("small", null)).join();

        replica.free();
        journal.park(parent, true, () -> {});
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ClaimedAction next = replica.next();
            order.add(next.run());
            replica.free();
            journal.end(succeeded(next.attempt(), "1")).join();
        }
        assertThat(order.subList(0, 3)).contains("small");
    }

    @Test
    void aRunOfOneGetsItsShareNextToManyRunsOnlyWhenEachOfThemHasBeenServed() {
        RememberingReplica replica = engine.replica(1, 1);
        replica.parked(3);
        journal.submit(run("large", null)).join();
        AttemptKey parent = replica.next().attempt();
        for (int i = 0; i < 50; i++) {
            journal.submit(child(parent, "large", "c" + i)).join();
        }
        journal.submit(run("small", null)).join();

        replica.free();
        journal.park(parent, true, () -> {});
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ClaimedAction next = replica.next();
            order.add(next.run());
            replica.free();
            journal.end(succeeded(next.attempt(), "1")).join();
        }
        assertThat(order).as("3 parents, each served 6 times").endsWith("large", "small", "large");
        assertThat(order.indexOf("small")).isEqualTo(18);
    }

    @Test
    void theHighestPriorityGoesFirst() {
        journal.submit(run("low", Terms.DEFAULT, -5)).join();
        journal.submit(run("plain", Terms.DEFAULT, 0)).join();
        journal.submit(run("high", Terms.DEFAULT, 5)).join();
        RememberingReplica replica = engine.replica(1, 3);
        journal.look();
        assertThat(List.of(
                        replica.next().run(),
                        replica.next().run(),
                        replica.next().run()))
                .containsExactly("high", "plain", "low");
    }

    @Test
    void aParentThatIsTriedAgainFindsWhatSucceededJoinsWhatRunsAndBeginsAnewWhatFailed() {
        RememberingReplica replica = engine.replica(1, 10);
        journal.submit(run("r1", Terms.DEFAULT.withRetries(1), 0)).join();
        AttemptKey parent = replica.next().attempt();
        for (String name : List.of("done", "bad", "busy")) {
            journal.submit(child(parent, "r1", name)).join();
        }
        AttemptKey done = replica.next().attempt();
        AttemptKey bad = replica.next().attempt();
        AttemptKey busy = replica.next().attempt();
        journal.end(succeeded(done, "1")).join();
        journal.end(failed(bad, null)).join();
        journal.end(failed(parent, Instant.now())).join();
        ClaimedAction again = replica.next();

        StoredAction found =
                journal.submit(child(again.attempt(), 2, "r1", "done")).join();
        StoredAction joined =
                journal.submit(child(again.attempt(), 2, "r1", "busy")).join();
        StoredAction anew =
                journal.submit(child(again.attempt(), 2, "r1", "bad")).join();

        assertThat(found.outcome()).isInstanceOf(Succeeded.class);
        assertThat(joined.phase()).isEqualTo(ActionPhase.RUNNING);
        assertThat(anew.outcome()).isNull();
        ClaimedAction retried = replica.next();
        assertThat(retried.name()).isEqualTo("bad");
        assertThat(retried.number()).isEqualTo(2);
        journal.end(failed(retried.attempt(), null)).join();
        assertThat(journal.submit(child(again.attempt(), 2, "r1", "bad")).join().outcome())
                .as("said again by the same attempt of the parent: its end, not another try")
                .isInstanceOf(Failed.class);
        assertThat(journal.end(succeeded(busy, "1")).join()).isTrue();
    }

    @Test
    void aStaleReportBesideTheCurrentOneInOneBatchLosesNothingAndIsCounted() {
        RememberingReplica replica = engine.replica(1, 4);
        journal.submit(run("r1", Terms.DEFAULT.withRetries(1), 0)).join();
        AttemptKey first = replica.next().attempt();
        journal.end(failed(first, Instant.now())).join();
        AttemptKey second = replica.next().attempt();

        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(journal.end(succeeded(first, "8")));
        }
        CompletableFuture<Boolean> current = journal.end(succeeded(second, "7"));

        assertThat(current.join()).isTrue();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isFalse());
        assertThat(sql.sql("SELECT output FROM action WHERE run = 'r1'")
                        .query(byte[].class)
                        .single())
                .isEqualTo("7".getBytes(StandardCharsets.UTF_8));
        assertThat(number("SELECT stale_writes FROM attempt WHERE number = 1")).isPositive();
        assertThat(number("SELECT stale_writes FROM attempt WHERE number = 2")).isZero();
    }

    @Test
    void aSuspectIsTriedInThePoolWhereItRunsAlone() {
        journal.submit(run("r1", null)).join();
        long alone = sql.sql("""
                INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use, concurrency,
                                  replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                SELECT 'alone', environment_id, environment, image, resources, env, true, 1, 0, 2, 1000, 1000, now()
                FROM pool WHERE id = ? RETURNING id
                """).param(engine.pool()).query(Long.class).single();
        for (int loss = 1; loss <= Retry.SUSPECT_AFTER; loss++) {
            assertThat(number("SELECT pool_id FROM action")).isEqualTo(engine.pool());
            RememberingReplica replica = engine.replica(loss, 1);
            journal.look();
            replica.next();
            engine.disconnect(replica);
            journal.end(new ReplicaEnd(
                            replica.id(),
                            ReplicaPhase.LOST,
                            ErrorCode.REPLICA_LOST,
                            "exit code 1",
                            true,
                            Map.of(engine.version(), alone)))
                    .join();
        }
        assertThat(number("SELECT pool_id FROM action")).isEqualTo(alone);
        assertThat(phase("r1", "a0")).isEqualTo("QUEUED");
    }

    /** The answers come with the commit, so nothing that a later look found could be seen here. */
    @Test
    void submitsAndReportsClaimInTheirOwnCommitAndNothingWaitsForALook() {
        RememberingReplica replica = engine.replica(1, 1);
        journal.submit(run("r1", null)).join();
        assertThat(phase("r1", "a0")).isEqualTo("RUNNING");

        journal.submit(run("r2", null)).join();
        assertThat(phase("r2", "a0")).isEqualTo("QUEUED");
        replica.free();
        journal.end(succeeded(replica.next().attempt(), "7")).join();
        assertThat(phase("r2", "a0")).isEqualTo("RUNNING");
    }

    @Test
    void aLossThatIsNoticedAfterTheReportChangesNothing() {
        RememberingReplica replica = engine.replica(1, 1);
        journal.submit(run("r1", null)).join();
        journal.end(succeeded(replica.next().attempt(), "7")).join();

        journal.end(lost(replica)).join();

        assertThat(phase("r1", "a0")).isEqualTo("SUCCEEDED");
        assertThat(runPhase("r1")).isEqualTo("SUCCEEDED");
        assertThat(number("SELECT count(*) FROM attempt")).isEqualTo(1);
    }

    /** As when a process reports its last result and dies: whatever order the two arrive in, the result counts. */
    @Test
    void aReportThatComesTogetherWithTheLossOfItsReplicaCounts() throws SQLException {
        RememberingReplica other = engine.replica(1, 1);
        journal.submit(run("r1", null)).join();
        AttemptKey held = other.next().attempt();
        RememberingReplica replica = engine.replica(2, 2);
        journal.submit(run("r2", null)).join();
        AttemptKey reported = replica.next().attempt();
        journal.submit(run("r3", null)).join();
        replica.next();
        engine.disconnect(replica);
        CompletableFuture<Boolean> answer;
        CompletableFuture<Void> loss;

        try (Connection holder = engine.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT * FROM action WHERE run = 'r1' FOR UPDATE");
            journal.end(succeeded(held, "0"));
            await("the journal waits for the lock, what comes next gathers").until(this::journalIsBlocked);
            loss = journal.end(lost(replica));
            answer = journal.end(succeeded(reported, "7"));
            holder.rollback();
            holder.setAutoCommit(true);
        }

        assertThat(answer.join()).isTrue();
        loss.join();
        assertThat(phase("r2", "a0")).isEqualTo("SUCCEEDED");
        assertThat(phase("r3", "a0")).as("what was not reported is tried again").isIn("QUEUED", "RUNNING");
        assertThat(number("SELECT count(*) FROM attempt WHERE error_code = 'REPLICA_LOST'"))
                .isEqualTo(1);
    }

    /** Each beat in a transaction of its own, beside replicas that are gone and so stand in every index. */
    @Test
    void heartbeatsAndReportsTouchNoIndex() {
        RememberingReplica gone = engine.replica(1, 4);
        engine.disconnect(gone);
        journal.end(lost(gone)).join();
        RememberingReplica replica = engine.replica(2, 4);
        flushStatistics();
        long before = updates("n_tup_upd");
        long hotBefore = updates("n_tup_hot_upd");

        int beats = 200;
        for (int i = 1; i <= beats; i++) {
            journal.beat(List.of(new Beat(replica.id(), i, i, 0)));
            journal.submit(run("r" + i, null)).join();
            journal.end(succeeded(replica.next().attempt(), "7")).join();
            replica.free();
        }
        flushStatistics();

        assertThat(number("SELECT rss_bytes FROM replica WHERE id = " + replica.id()))
                .isEqualTo(beats);
        assertThat(updates("n_tup_upd") - before)
                .as("a beat and a report each, two of them at times in one statement")
                .isGreaterThanOrEqualTo(beats);
        assertThat(updates("n_tup_hot_upd") - hotBefore)
                .as("HOT updates of all %d", updates("n_tup_upd") - before)
                .isEqualTo(updates("n_tup_upd") - before);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, 3})
    void signsOfLifeAreOfTheDatabasesClockWhateverTimeTheControlPlaneBelievesItIs(int hours) {
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofHours(hours));
        try (EngineFixture elsewhere = EngineFixture.start(TestDatabase.migrated(), wrong)) {
            RememberingReplica replica = elsewhere.replica(1, 1);
            elsewhere
                    .sql()
                    .sql("UPDATE replica SET seen_at = now() - interval '1 day'")
                    .update();

            elsewhere.journal().beat(List.of(new Beat(replica.id(), 1, 1, 0)));

            await("the lease is renewed, and ends in seconds")
                    .until(() -> elsewhere
                            .sql()
                            .sql("SELECT seen_at BETWEEN now() - interval '1 min' AND now() FROM replica")
                            .query(Boolean.class)
                            .single());
        }
    }

    private boolean journalIsBlocked() {
        return number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock'")
                > 0;
    }

    private static ReplicaEnd lost(RememberingReplica replica) {
        return new ReplicaEnd(replica.id(), ReplicaPhase.LOST, ErrorCode.REPLICA_LOST, "killed", false, Map.of());
    }

    /** A session tells what it counted when it wants to; here it must, by its own word. */
    private void flushStatistics() {
        for (DataSource source :
                List.of(engine.dataSource(), engine.journalDatabase().dataSource())) {
            JdbcClient.create(source)
                    .sql("SELECT pg_stat_force_next_flush()::text")
                    .query((row, n) -> n)
                    .list();
        }
    }

    private long updates(String counter) {
        return number("SELECT " + counter + " FROM pg_stat_user_tables WHERE relname = 'replica'");
    }

    private NewRun run(String name, @Nullable String key) {
        return engine.run(name, key, 0);
    }

    private NewRun run(String name, Terms terms, int priority) {
        NewRun plain = run(name, null);
        return new NewRun(
                plain.name(),
                plain.project(),
                plain.environment(),
                plain.versionId(),
                plain.version(),
                plain.task(),
                plain.poolId(),
                plain.input(),
                null,
                terms,
                priority,
                null);
    }

    private NewChild child(AttemptKey parent, String run, String name) {
        return child(parent, 1, run, name);
    }

    private NewChild child(AttemptKey parent, int parentNumber, String run, String name) {
        return new NewChild(
                parent,
                run,
                name,
                "a0",
                parentNumber,
                "env",
                engine.version(),
                "t",
                engine.pool(),
                Payload.json("1".getBytes(StandardCharsets.UTF_8)),
                Terms.DEFAULT,
                0,
                1);
    }

    private static AttemptEnd failed(AttemptKey attempt, @Nullable Instant retryAt) {
        return new AttemptEnd(attempt, new Failed(ErrorCode.USER, "no", null), retryAt, false, null, null);
    }

    private static AttemptEnd succeeded(AttemptKey attempt, String output) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        return new AttemptEnd(
                attempt,
                new Succeeded(Payload.json(output.getBytes(StandardCharsets.UTF_8))),
                null,
                false,
                null,
                new AttemptEnd.Times(now, now, now, 100, 3, 7));
    }

    private String phase(String run, String action) {
        return sql.sql("SELECT phase FROM action WHERE run = ? AND name = ?")
                .params(run, action)
                .query(String.class)
                .single();
    }

    private String runPhase(String run) {
        return sql.sql("SELECT phase FROM run WHERE name = ?")
                .param(run)
                .query(String.class)
                .single();
    }

    private long number(String query) {
        return sql.sql(query).query(Long.class).single();
    }
}
