package dev.hearth.controlplane.live;

import com.google.protobuf.ByteString;
import dev.hearth.wire.Acknowledgement;
import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.ChildSubmit;
import dev.hearth.wire.Failure;
import dev.hearth.wire.Heartbeat;
import dev.hearth.wire.Hello;
import dev.hearth.wire.LogLine;
import dev.hearth.wire.Output;
import dev.hearth.wire.Parking;
import dev.hearth.wire.Report;
import dev.hearth.wire.WorkerFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Frames as no worker of ours would send them. */
record FuzzedFrames(Random random) {
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a0",
            "\0",
            "a\0b",
            "USER",
            "CANCELLED",
            "REPLICA_LOST",
            "application/json",
            "APPLICATION/JSON",
            "nonsense/;;",
            "next",
            "noop",
            "counter",
            "reuse_concurrency",
            "../../etc/passwd",
            "\r\n\r\nHTTP/1.1",
            "<script>alert(1)</script>",
            "\uD83D\uDE00",
            "x".repeat(70_000));

    private static final List<String> OVERRIDES = List.of(
            "",
            "",
            "",
            " ",
            "null",
            "7",
            "[]",
            "{}",
            "{\"reusable\":\"on\"}",
            "{\"reusable\":",
            "\0",
            "{\"resources\":{\"memory\":\"1\"}}",
            "{\"resources\":{\"memory\":1e999999999}}",
            "{\"image\":\"x\"}",
            "[".repeat(3_000));

    private static final long[] NUMBERS = {
        0, 1, -1, 1_000, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, Integer.MIN_VALUE, 1L << 40, -(1L << 50)
    };

    /** Says that they are JSON, whatever they are. */
    private static final List<ByteString> OUTPUTS = List.of(
            ByteString.EMPTY,
            utf8("{}"),
            utf8("{\"a\":1,\"a\":2}"),
            utf8("{\"a\":"),
            utf8("not json"),
            utf8("1 2"),
            utf8("\"\\u0000\""),
            utf8("\"\\ud800\""),
            utf8("\"\0\""),
            utf8("1e999999999"),
            utf8("NaN"),
            utf8("9".repeat(3_000)),
            utf8("[".repeat(495) + "]".repeat(495)),
            utf8("[".repeat(499) + "]".repeat(499)),
            utf8("[".repeat(2_000) + "]".repeat(2_000)),
            ByteString.copyFrom(new byte[] {(byte) 0xc3, (byte) 0x28}),
            ByteString.copyFrom(new byte[70_000]),
            utf8("\"" + "y".repeat(70_000) + "\""));

    private static ByteString utf8(String text) {
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }

    byte[] noise() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    byte[] damaged(WorkerFrame frame) {
        byte[] bytes = frame.toByteArray();
        if (bytes.length == 0) {
            return noise();
        }
        if (random.nextInt(4) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    WorkerFrame hello(long replica, String token, List<AttemptRef> running) {
        return WorkerFrame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setReplica(replica)
                        .setJoinToken(token)
                        .setSlots((int) number())
                        .setRuntime(text())
                        .addAllRunning(running)
                        .addRunning(invented())
                        .setExecuted(number())
                        .setPid(number())
                        .setHost(text()))
                .build();
    }

    /** About one of these attempts: current ones, ended ones, or none that ever was. */
    WorkerFrame about(AttemptRef current, AttemptRef stale) {
        WorkerFrame.Builder frame = WorkerFrame.newBuilder();
        AttemptRef any = random.nextInt(4) == 0 ? stale : current;
        switch (random.nextInt(10)) {
            case 0 -> frame.addReports(report(any));
            case 1 -> frame.addReports(report(current)).addReports(report(current));
            case 2 -> frame.addReports(report(forged(current))).addReports(report(current));
            case 3 -> frame.addAcknowledgements(Acknowledgement.newBuilder().setAttempt(any));
            case 4 ->
                frame.addParkings(Parking.newBuilder().setAttempt(any).setParked(random.nextBoolean()))
                        .addParkings(Parking.newBuilder().setAttempt(any).setParked(random.nextBoolean()));
            case 5 ->
                frame.addLogs(LogLine.newBuilder()
                        .setAttempt(any)
                        .setText(text())
                        .setEpochMicros(number())
                        .setErrorStream(random.nextBoolean()));
            case 6 ->
                frame.setHeartbeat(Heartbeat.newBuilder()
                        .setRunning((int) number())
                        .setParked((int) number())
                        .setHeapUsedBytes(number())
                        .setRssBytes(number()));
            case 7 -> frame.addChildren(child(any)).addReports(report(any));
            default -> frame.addChildren(child(any)).addChildren(child(any));
        }
        return frame.build();
    }

    Report.Builder report(AttemptRef attempt) {
        Report.Builder report = Report.newBuilder()
                .setAttempt(attempt)
                .setStartedAfterMicros(number())
                .setRanMicros(number())
                .setReplicaAgeMillis(number())
                .setServedBefore(number());
        return switch (random.nextInt(5)) {
            case 0 -> report;
            case 1 ->
                report.setFailure(
                        Failure.newBuilder().setCode(text()).setMessage(text()).setDetails(text()));
            default ->
                report.setOutput(Output.newBuilder()
                        .setValue(OUTPUTS.get(random.nextInt(OUTPUTS.size())))
                        .setMediaType(random.nextInt(4) == 0 ? text() : "application/json"));
        };
    }

    private ChildSubmit.Builder child(AttemptRef parent) {
        return ChildSubmit.newBuilder()
                .setParent(parent)
                .setName(random.nextBoolean() ? text() : "c" + random.nextInt(1_000))
                .setEnvironment(random.nextInt(3) == 0 ? text() : "")
                .setTask(random.nextInt(3) == 0 ? text() : "next")
                .setInput(OUTPUTS.get(random.nextInt(OUTPUTS.size())))
                .setMediaType(random.nextInt(3) == 0 ? text() : "application/json")
                .setOverrides(OVERRIDES.get(random.nextInt(OVERRIDES.size())));
    }

    AttemptRef invented() {
        return AttemptRef.newBuilder()
                .setAction(number())
                .setToken(random.nextLong())
                .build();
    }

    private AttemptRef forged(AttemptRef attempt) {
        return attempt.toBuilder().setToken(random.nextLong()).build();
    }

    String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }
}
