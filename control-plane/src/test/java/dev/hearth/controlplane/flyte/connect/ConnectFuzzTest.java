package dev.hearth.controlplane.flyte.connect;

import static dev.hearth.controlplane.flyte.connect.ConnectClient.framed;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.gzip;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.image;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.json;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.tail;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.hearth.controlplane.flyte.connect.ConnectClient.Answer;
import dev.hearth.controlplane.flyte.connect.ConnectClient.Frame;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Ten thousand calls that are random or damaged: each is answered in the form of the protocol, and soon; none is a failure that nobody
 * foresaw. {@code -Dfuzz.seed} repeats a fuzz.
 */
class ConnectFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("fuzz.connect", 10_000);
    private static final int CALLERS = 6;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Set<String> CODES =
            Arrays.stream(Code.values()).map(Code::wireName).collect(Collectors.toSet());

    private static final String[] UNSERVED = {
        "flyteidl2.workflow.RunService/CreateRun", "flyteidl2.workflow.RunService/WatchActionDetails", "flyteidl2.x.Y/Z"
    };
    private static final String[] TYPES = {
        ConnectClient.PROTO, ConnectClient.JSON, ConnectClient.STREAM, ConnectClient.STREAM_JSON
    };
    private static final String[] HEADERS = {
        "Content-Encoding",
        "Accept-Encoding",
        "Connect-Content-Encoding",
        "Connect-Accept-Encoding",
        "Connect-Protocol-Version",
        "Connect-Timeout-Ms",
        "Accept",
        "X-Other"
    };
    private static final String[] VALUES = {
        "gzip", "identity", "br", "1", "2", "0", "5000", "9999999999", "", "*", "gzip;q=0"
    };

    private record Case(String path, String type, byte[] body, String[] headers) {
        @Override
        public String toString() {
            return path + " [" + type + "] " + Arrays.toString(headers) + " " + body.length + " bytes "
                    + Arrays.toString(Arrays.copyOf(body, Math.min(40, body.length)));
        }
    }

    @Test
    void everyCallIsAnsweredInTheFormOfTheProtocol() throws InterruptedException {
        Map<String, AtomicInteger> byOutcome = new ConcurrentSkipListMap<>();
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        try (CodecServer server = CodecServer.start()) {
            try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
                for (int i = 0; i < CALLERS; i++) {
                    callers.submit(() -> {
                        ConnectClient client = new ConnectClient(server);
                        for (int n = next.getAndIncrement(); n < CASES; n = next.getAndIncrement()) {
                            Case fuzzed = fuzzed(random(n));
                            String outcome = outcome(client, fuzzed);
                            byOutcome
                                    .computeIfAbsent(outcome.split(":")[0], any -> new AtomicInteger())
                                    .incrementAndGet();
                            if (outcome.startsWith("fault")) {
                                faults.add("case " + n + ", " + outcome + ", " + fuzzed);
                            }
                        }
                    });
                }
            }
            assertThat(new ConnectClient(server)
                            .call(
                                    PlayedServices.GET_IMAGE,
                                    ConnectClient.PROTO,
                                    image("alpine").toByteArray())
                            .fqin())
                    .isEqualTo("found:alpine");
            assertThat(server.openStreams()).isZero();
        }
        System.out.println("fuzz.seed = " + SEED + ", " + next + " calls: " + byOutcome);
        assertThat(faults.stream().limit(8))
                .as(faults.size() + " faults, seed " + SEED)
                .isEmpty();
    }

    /** Neighbouring seeds would begin with the same choices. */
    private static Random random(int n) {
        return new Random(SEED + n * 0x9E3779B97F4A7C15L);
    }

    private static String outcome(ConnectClient client, Case fuzzed) {
        long before = System.nanoTime();
        try {
            Answer answer = client.call(fuzzed.path(), fuzzed.type(), fuzzed.body(), fuzzed.headers());
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            return took.compareTo(SOON) > 0 ? "fault: took " + took : judged(answer);
        } catch (RuntimeException e) {
            return "fault: " + e;
        }
    }

    private static String judged(Answer answer) {
        String type = answer.header("Content-Type");
        if (answer.status() != 200) {
            String code = code(answer.body(), false);
            return type.equals(ConnectClient.JSON) && CODES.contains(code) && !code.equals("internal")
                    ? answer.status() + " " + code
                    : "fault: " + answer.status() + " " + type + " " + text(answer.body());
        }
        if (!type.startsWith("application/connect+")) {
            return "200";
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer.body()))) {
            while (true) {
                int flags = in.readUnsignedByte();
                byte[] content = in.readNBytes(in.readInt());
                if ((flags & 2) != 0) {
                    String code = text(content).equals("{}") ? "ok" : code(content, true);
                    return in.read() < 0 && (code.equals("ok") || (CODES.contains(code) && !code.equals("internal")))
                            ? "stream " + code
                            : "fault: last frame " + text(content);
                }
            }
        } catch (IOException e) {
            return "fault: no last frame";
        }
    }

    private static String code(byte[] json, boolean wrapped) {
        try {
            return wrapped
                    ? new Frame(false, true, json).code()
                    : new JsonMapper().readTree(json).path("code").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Case fuzzed(Random random) {
        boolean stream = random.nextBoolean();
        String path = switch (random.nextInt(10)) {
            case 0 -> noisyPath(random);
            case 1 -> one(random, UNSERVED);
            default -> stream ? PlayedServices.TAIL_LOGS : PlayedServices.GET_IMAGE;
        };
        String type = switch (random.nextInt(10)) {
            case 0 -> noise(random);
            case 1 -> one(random, TYPES);
            default -> TYPES[random.nextInt(2) + (stream ? 2 : 0)];
        };
        List<String> headers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.add(one(random, HEADERS));
            headers.add(random.nextInt(4) == 0 ? noise(random) : one(random, VALUES));
        }
        byte[] body = body(random, path, type, headers);
        return new Case(
                path, type, random.nextInt(3) == 0 ? damaged(random, body) : body, headers.toArray(String[]::new));
    }

    private static byte[] body(Random random, String path, String type, List<String> headers) {
        String name = one(
                random,
                new String[] {"alpine", "count 3", "large 5000", "connect", "missing", "\u0000", "\ud83d\ude00"});
        Message message = path.equals(PlayedServices.TAIL_LOGS) ? tail(name) : image(name);
        byte[] plain = random.nextInt(10) == 0
                ? bytes(random, random.nextInt(200))
                : type.endsWith("json") ? json(message) : message.toByteArray();
        boolean framed = type.startsWith("application/connect+");
        boolean packed = random.nextInt(3) == 0;
        if (packed && random.nextInt(5) > 0) {
            headers.add(framed ? "Connect-Content-Encoding" : "Content-Encoding");
            headers.add("gzip");
        }
        byte[] body = packed ? gzip(plain) : plain;
        return framed && random.nextInt(12) > 0
                ? framed(random.nextInt(12) == 0 ? random.nextInt(256) : packed ? 1 : 0, body)
                : body;
    }

    /** Turns, drops, doubles or adds a few bytes; in frames that hits flags and lengths as well. */
    private static byte[] damaged(Random random, byte[] body) {
        byte[] damaged = body.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(Math.min(damaged.length, random.nextBoolean() ? 8 : damaged.length));
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt();
                case 1 -> damaged = Arrays.copyOf(damaged, at);
                case 2 -> damaged = Arrays.copyOf(damaged, damaged.length + 1 + random.nextInt(100));
                default -> damaged[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return damaged;
    }

    private static String noisyPath(Random random) {
        return "flyteidl2." + noise(random).replaceAll("[^A-Za-z0-9/.;-]", "");
    }

    /** What a header may hold. */
    private static String noise(Random random) {
        return random.ints(random.nextInt(40), 0x20, 0x7f)
                .mapToObj(Character::toString)
                .collect(Collectors.joining())
                .strip();
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String one(Random random, String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
