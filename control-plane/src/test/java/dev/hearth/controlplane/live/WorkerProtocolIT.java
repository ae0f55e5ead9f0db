package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hearth.wire.Acknowledgement;
import dev.hearth.wire.Assignment;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.Failure;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.Hello;
import dev.hearth.wire.Output;
import dev.hearth.wire.Parking;
import dev.hearth.wire.Report;
import dev.hearth.wire.WorkerFrame;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What a faulty replica sends is refused, or cut to what can be true; it harms nobody else. */
@Tag("beside-others")
class WorkerProtocolIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static JdbcClient sql;
    private static ManagedChannel channel;
    private static long replica;

    @BeforeAll
    static void start() {
        server = LiveServer.start(folder.resolve("home"));
        sql = PlayedReplica.database(server);
        channel = PlayedReplica.channel(server);
        server.deployExample("counter", Map.of("replicas", 1, "concurrency", 10, "idleTtl", "PT10M"));
        replica = PlayedReplica.insert(sql, "counter", "STARTING");
    }

    /** Each test has a replica of its own; there is never none, so that no process is started. */
    @BeforeEach
    void another() {
        replica = sql.sql("""
                WITH gone AS (
                    UPDATE replica SET phase = 'FAILED', ended_at = now(), end_reason = 'its test is over'
                    WHERE id = ? RETURNING *)
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, started_at)
                SELECT pool_id, version, ordinal + 1, 'STARTING', slots, join_token, now(), now() FROM gone
                RETURNING id
                """).param(replica).query(Long.class).single();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        server.close();
    }

    @Test
    void aStreamThatNeverSaysHelloIsClosed() throws Exception {
        assertThat(new RawStream(channel).end(PATIENCE).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aReplicaThatFallsSilentIsBrokenOffAndForgotten() throws Exception {
        RawStream stream = connected();
        assertThat(stream.end(PATIENCE).getCode()).isEqualTo(Status.Code.ABORTED);
        await("the stream's thread has ended").atMost(PATIENCE).until(() -> PlayedReplica.openStreams(server) == 0);
    }

    /** As when the stream is half open: the frame was written, the replica lives, and never got it. */
    @Test
    void anAssignmentThatIsNotAcknowledgedIsTakenBackAndRunsAnewAndTheLateReportOfTheFirstChangesNothing()
            throws Exception {
        RawStream deaf = connected();
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef lost = deaf.assigned(PATIENCE).getFirst().getAttempt();
        Status end = await("the stream is broken off although the replica beats")
                .atMost(PATIENCE)
                .until(() -> deaf.send(beat()).hasEnded() ? deaf.end(PATIENCE) : null, Objects::nonNull);
        assertThat(end.getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(end.getDescription()).contains("not acknowledged");

        RawStream stream = connected();
        AttemptRef current = stream.assigned(PATIENCE).getFirst().getAttempt();
        assertThat(current.getAction()).isEqualTo(lost.getAction());
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(lost).setOutput(output("1")))
                .build()
                .toByteArray());
        await("the late report was judged")
                .atMost(PATIENCE)
                .until(() ->
                        number("SELECT sum(stale_writes) FROM attempt WHERE action_id = " + lost.getAction()) == 1);
        assertThat(server.get("/api/v1/runs/" + run).get("phase").asString()).isEqualTo("RUNNING");
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(current).setOutput(output("2")))
                .build()
                .toByteArray());

        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(2);
        JsonNode attempts = server.actions(run).getFirst().get("attempts");
        assertThat(attempts.valueStream().map(attempt -> attempt.get("phase").asString()))
                .containsExactly("FAILED", "SUCCEEDED");
        assertThat(attempts.get(0).get("error").get("code").asString()).isEqualTo("REPLICA_LOST");
        stream.cancel();
    }

    private static byte[] beat() {
        return WorkerFrame.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build()
                .toByteArray();
    }

    @Test
    void whatIsNoFrameIsRefusedWithoutAnError() throws Exception {
        RawStream stream = connected().send(new byte[] {(byte) 0xff, (byte) 0xff, 1});
        assertThat(stream.end(PATIENCE).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(Files.readString(server.home().resolve("server.log"))).doesNotContain(" ERROR ");
    }

    @Test
    void aWrongJoinTokenIsRefusedAndLeavesALineThatSaysFromWhereAndAsWhomButNotOneForEachOfAFlood() throws Exception {
        byte[] hello = WorkerFrame.newBuilder()
                .setHello(Hello.newBuilder().setReplica(replica).setJoinToken("a guessed one"))
                .build()
                .toByteArray();
        for (int i = 0; i < 150; i++) {
            assertThat(new RawStream(channel).send(hello).end(PATIENCE).getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
        String log = Files.readString(server.home().resolve("server.log"));
        assertThat(log.lines()
                        .filter(line -> line.contains(
                                "replica refused from 127.0.0.1: the join token is not that of replica " + replica)))
                .as("60 a minute, of two minutes at most")
                .hasSizeBetween(1, 120);
        assertThat(log).doesNotContain("a guessed one");
    }

    @Test
    void aSecondHelloIsRefused() throws Exception {
        RawStream stream =
                connected().send(PlayedReplica.hello(replica, List.of()).toByteArray());
        assertThat(stream.end(PATIENCE).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "", "{\"a\": 1, \"a\": 2}", "[[[", "\"\0\""})
    void anOutputThatOnlyClaimsToBeJsonIsShownAsItIs(String output) throws Exception {
        String run = answer(Report.newBuilder().setOutput(output(output)));
        assertThat(server.succeeded(run).get("output").get("base64").isString()).isTrue();
        assertThat(server.actions(run)).hasSize(1);
        assertThat(server.exchange("GET", "/runs/" + run, null, null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anOutputThatIsTooDeepForAnAnswerIsShownAsItIs() throws Exception {
        String run = answer(Report.newBuilder().setOutput(output("[".repeat(499) + "]".repeat(499))));
        assertThat(server.succeeded(run).get("output").get("base64").isString()).isTrue();
        assertThat(server.actions(run)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE})
    void whatAReplicaSaysOfTimeStaysWithinTheAttempt(long said) throws Exception {
        Instant before = Instant.now();
        String run = answer(Report.newBuilder()
                .setOutput(output("1"))
                .setStartedAfterMicros(said)
                .setRanMicros(said)
                .setReplicaAgeMillis(said)
                .setServedBefore(said));
        server.succeeded(run);
        JsonNode attempts = server.actions(run).getFirst().get("attempts");
        assertThat(attempts).hasSize(1);
        JsonNode attempt = attempts.get(0);
        assertThat(instant(attempt, "startedAt")).isBetween(before, Instant.now());
        assertThat(instant(attempt, "endedAt")).isBetween(instant(attempt, "startedAt"), Instant.now());
        assertThat(attempt.get("replicaAgeMs").asLong()).isNotNegative();
        assertThat(attempt.get("servedBefore").asLong()).isNotNegative();
    }

    @Test
    void anAttemptThatIsAcknowledgedAndReportedInOneFrameKeepsItsTimes() throws Exception {
        RawStream stream = connected();
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef attempt = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(WorkerFrame.newBuilder()
                .addAcknowledgements(Acknowledgement.newBuilder().setAttempt(attempt))
                .addReports(Report.newBuilder()
                        .setAttempt(attempt)
                        .setStartedAfterMicros(50)
                        .setRanMicros(200)
                        .setOutput(output("1")))
                .build()
                .toByteArray());
        server.succeeded(run);
        JsonNode stored = server.actions(run).getFirst().get("attempts").get(0);
        assertThat(Duration.between(instant(stored, "startedAt"), instant(stored, "endedAt")))
                .isEqualTo(Duration.ofNanos(200_000));
        assertThat(Duration.between(instant(stored, "acknowledgedAt"), instant(stored, "startedAt")))
                .isEqualTo(Duration.ofNanos(50_000));
        stream.cancel();
    }

    @Test
    void aHeartbeatBelowZeroIsNotKept() throws Exception {
        RawStream stream = connected();
        stream.send(WorkerFrame.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setHeapUsedBytes(-1).setRssBytes(77))
                .build()
                .toByteArray());
        await("the heartbeat is in its row")
                .atMost(PATIENCE)
                .until(() -> number("SELECT rss_bytes FROM replica WHERE id = " + replica) == 77);
        assertThat(number("SELECT heap_bytes FROM replica WHERE id = " + replica))
                .isZero();
        stream.cancel();
    }

    @Test
    void aChildThatNoRowCanHoldIsRefusedAlone() throws Exception {
        RawStream stream = connected();
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef parent = stream.assigned(PATIENCE).getFirst().getAttempt();
        ChildSubmit good = ChildSubmit.newBuilder()
                .setParent(parent)
                .setName("child")
                .setTask("next")
                .setInput(ByteString.copyFromUtf8("null"))
                .setMediaType("application/json")
                .build();
        stream.send(WorkerFrame.newBuilder()
                .addChildren(good.toBuilder().setName(""))
                .addChildren(good.toBuilder().setName("a\0b"))
                .addChildren(good.toBuilder().setName("x".repeat(70_000)))
                .addChildren(good.toBuilder().setName("..").setTask("no\0ne"))
                .addChildren(good.toBuilder().setEnvironment("a\0b"))
                .addChildren(good.toBuilder().setMediaType("a\0b"))
                .build()
                .toByteArray());
        for (int i = 0; i < 6; i++) {
            assertThat(stream.child(PATIENCE).getFailure().getCode()).isEqualTo("REFUSED");
        }
        stream.send(WorkerFrame.newBuilder().addChildren(good).build().toByteArray());
        await("the good child is queued")
                .atMost(PATIENCE)
                .until(() -> server.actions(run).size() == 2);
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(parent).setOutput(output("1")))
                .build()
                .toByteArray());
        server.succeeded(run);
        stream.cancel();
    }

    /** It has been away for so long that its attempts were given to others, and comes back with them. */
    @ParameterizedTest
    @ValueSource(strings = {"OUT_OF_MEMORY", "STORAGE", "USER"})
    void whatAReplicaSaysOfAttemptsThatAreNoLongerItsChangesNothing(String code) throws Exception {
        AttemptRef one = AttemptRef.newBuilder().setAction(1).setToken(-1).build();
        AttemptRef another = one.toBuilder().setToken(-2).build();
        RawStream stream = new RawStream(channel)
                .send(PlayedReplica.hello(replica, List.of(one, another)).toByteArray());
        assertThat(stream.isWelcome(PATIENCE)).isTrue();
        stream.send(WorkerFrame.newBuilder()
                .addChildren(ChildSubmit.newBuilder()
                        .setParent(another)
                        .setName("child")
                        .setTask("next")
                        .setInput(ByteString.copyFromUtf8("null"))
                        .setMediaType("application/json"))
                .addReports(Report.newBuilder()
                        .setAttempt(one)
                        .setFailure(Failure.newBuilder().setCode(code).setMessage("late")))
                .build()
                .toByteArray());
        assertThat(stream.child(PATIENCE).getFailure().getCode()).isEqualTo("CANCELLED");

        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef next = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(next).setOutput(output("1")))
                .build()
                .toByteArray());
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(1);
        stream.cancel();
    }

    /** The first attempt runs out of time; its process says so only when the second has taken over the child. */
    @Test
    void aLateWordOfAParentsFirstAttemptDoesNotTakeTheChildrenFromItsSecond() throws Exception {
        RawStream stream = connected();
        String run = server.post(
                        "/api/v1/runs",
                        Map.of(
                                "environment",
                                "counter",
                                "task",
                                "next",
                                "overrides",
                                Map.of("timeout", "PT1S", "retries", 1)))
                .get("name")
                .asString();
        AttemptRef first = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(acknowledge(first)).send(children(child(first)));
        AttemptRef child = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(acknowledge(child));
        AttemptRef second = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(acknowledge(second)).send(children(child(second)));
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder()
                        .setAttempt(first)
                        .setFailure(Failure.newBuilder().setCode("CANCELLED").setMessage("interrupted")))
                .build()
                .toByteArray());
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(child).setOutput(output("5")))
                .build()
                .toByteArray());

        assertThat(stream.child(PATIENCE).getOutput().getValue().toStringUtf8()).isEqualTo("5");
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder().setAttempt(second).setOutput(output("6")))
                .build()
                .toByteArray());
        assertThat(server.succeeded(run).get("output").asInt()).isEqualTo(6);
        assertThat(server.actions(run))
                .allSatisfy(action -> assertThat(action.get("phase").asString())
                        .as(action.toString())
                        .isEqualTo("SUCCEEDED"));
        stream.cancel();
    }

    @Test
    void aTimeoutCanLeaveOutTheTimeInWhichAParentWaitsForItsChildren() throws Exception {
        RawStream stream = connected();
        Map<String, Object> terms = Map.of("timeout", "PT2S", "timeoutExcludesChildren", true);
        String run = server.post("/api/v1/runs", Map.of("environment", "counter", "task", "next", "overrides", terms))
                .get("name")
                .asString();
        AttemptRef attempt = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(acknowledge(attempt)).send(parking(attempt, true));
        await("it waits for longer than its timeout")
                .during(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> server.get("/api/v1/runs/" + run)
                        .get("phase")
                        .asString()
                        .equals("RUNNING"));

        stream.send(parking(attempt, false));
        await("it goes on")
                .atMost(PATIENCE)
                .until(() -> server.get("/api/v1/runs/" + run)
                        .get("phase")
                        .asString()
                        .equals("TIMED_OUT"));
        JsonNode action = server.actions(run).getFirst();
        assertThat(action.get("error").get("message").asString())
                .startsWith("ran longer than its timeout of PT2S, not counting the PT")
                .endsWith("that it waited for its children");
        assertThat(action.get("attempts").get(0).get("waitedForChildrenMs").asLong())
                .isGreaterThan(2_000);
        stream.cancel();
    }

    private static byte[] parking(AttemptRef attempt, boolean parked) {
        return WorkerFrame.newBuilder()
                .addParkings(Parking.newBuilder().setAttempt(attempt).setParked(parked))
                .build()
                .toByteArray();
    }

    @Test
    void whatWasToldToStopHoldsItsSlotUntilItHas() throws Exception {
        RawStream stream = connected();
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef attempt = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(acknowledge(attempt));
        server.post("/api/v1/runs/" + run + "/cancel", null);
        await("it is busy although no action runs")
                .atMost(PATIENCE)
                .until(() -> busy() == 1 && number("SELECT stopping FROM replica WHERE id = " + replica) == 1);
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder()
                        .setAttempt(attempt)
                        .setFailure(Failure.newBuilder().setCode("CANCELLED").setMessage("interrupted")))
                .build()
                .toByteArray());
        await("it is free").atMost(PATIENCE).until(() -> busy() == 0);
        stream.cancel();
    }

    @Test
    void anActionWhoseInputIsLostFailsWithThatReasonAndHarmsNobody() throws Exception {
        RawStream stream = connected();
        String blob = "0".repeat(64);
        server.post("/api/v1/environments/counter/pause", null);
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        sql.sql("UPDATE action SET input = NULL, input_blob = ? WHERE run = ?")
                .params(blob, run)
                .update();
        server.post("/api/v1/environments/counter/resume", null);

        JsonNode lost = server.get("/api/v1/runs/" + run + "?wait=30s");
        assertThat(lost.get("error").get("code").asString()).isEqualTo("STORAGE");
        assertThat(lost.get("error").get("message").asString())
                .contains("its input could not be read")
                .contains(blob);
        String next = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        stream.send(WorkerFrame.newBuilder()
                .addReports(Report.newBuilder()
                        .setAttempt(stream.assigned(PATIENCE).getFirst().getAttempt())
                        .setOutput(output("1")))
                .build()
                .toByteArray());
        server.succeeded(next);
        stream.cancel();
    }

    @Test
    void anOutputThatWaitsForTheStoreHoldsUpNoOther() throws Exception {
        RawStream stream = connected();
        List<String> runs = server.submitAll("counter", "next", Collections.nCopies(2, null));
        List<Assignment> assigned = new ArrayList<>(stream.assigned(PATIENCE));
        if (assigned.size() < runs.size()) {
            assigned.addAll(stream.assigned(PATIENCE));
        }
        assertThat(assigned).hasSameSizeAs(runs);
        Path blobs = server.home().resolve("blobs");
        Path aside = server.home().resolve("blobs-aside");
        Files.move(blobs, aside);
        Files.createFile(blobs);
        String large = "\"" + "x".repeat(100_000) + "\"";
        for (Assignment assignment : assigned) {
            boolean first = assignment.getRun().equals(runs.getFirst());
            stream.send(WorkerFrame.newBuilder()
                    .addReports(Report.newBuilder()
                            .setAttempt(assignment.getAttempt())
                            .setOutput(output(first ? large : "1")))
                    .build()
                    .toByteArray());
        }
        server.succeeded(runs.getLast());
        assertThat(server.get("/api/v1/runs/" + runs.getFirst()).get("phase").asString())
                .isEqualTo("RUNNING");

        Files.delete(blobs);
        Files.move(aside, blobs);
        assertThat(server.succeeded(runs.getFirst()).get("output").asString()).hasSize(100_000);
        stream.cancel();
    }

    private static byte[] acknowledge(AttemptRef attempt) {
        return WorkerFrame.newBuilder()
                .addAcknowledgements(Acknowledgement.newBuilder().setAttempt(attempt))
                .build()
                .toByteArray();
    }

    private static byte[] children(ChildSubmit child) {
        return WorkerFrame.newBuilder().addChildren(child).build().toByteArray();
    }

    private static ChildSubmit child(AttemptRef parent) {
        return ChildSubmit.newBuilder()
                .setParent(parent)
                .setName("child")
                .setTask("next")
                .setInput(ByteString.copyFromUtf8("null"))
                .setMediaType("application/json")
                .build();
    }

    private static int busy() {
        return server.replicas("counter").stream()
                .filter(view -> view.get("id").asString().equals(Long.toString(replica)))
                .mapToInt(view -> view.get("busy").asInt())
                .sum();
    }

    /** Starts a run and has the replica report this of it. */
    private static String answer(Report.Builder report) throws Exception {
        RawStream stream = connected();
        String run = server.submitAll("counter", "next", Collections.singletonList(null))
                .getFirst();
        AttemptRef attempt = stream.assigned(PATIENCE).getFirst().getAttempt();
        stream.send(WorkerFrame.newBuilder()
                .addReports(report.setAttempt(attempt))
                .build()
                .toByteArray());
        server.succeeded(run);
        stream.cancel();
        return run;
    }

    private static RawStream connected() throws Exception {
        RawStream stream = new RawStream(channel)
                .send(PlayedReplica.hello(replica, List.of()).toByteArray());
        assertThat(stream.isWelcome(PATIENCE)).isTrue();
        return stream;
    }

    private static Output output(String value) {
        return Output.newBuilder()
                .setValue(ByteString.copyFromUtf8(value))
                .setMediaType("application/json")
                .build();
    }

    private static long number(String query) {
        return sql.sql(query).query(Long.class).single();
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.get(field).asString());
    }
}
