package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Whatever ends a replica ends what its tasks have started, and only its output is left of its files. */
class LeftProcessesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern RUN = Pattern.compile("/runs/(r[a-z0-9]+)");

    /** Children, a grandchild, one that lives on without a terminal, one in a session of its own without any environment. */
    private static final String SCRIPT = """
            echo kept > $TMPDIR/file
            sleep 3600 & sh -c 'sleep 3600 & wait' & nohup sleep 3600 &
            (setsid env -i /bin/sleep 3600 &)
            wait""";

    private static final int OF_SCRIPT = 6;

    /** Two of each pool, a forked process, a shell and its child, one in a session of its own, and what tracks the pool's resources. */
    private static final int OF_PROGRAM = 9;

    private static final List<String> TABLE = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static LiveServer server;
    private static FlyteClient flyte;

    @BeforeAll
    static void start() throws IOException {
        server = new LiveServer(folder.resolve("home")).with("HEARTH_REPLICA_CANCELGRACE", "500ms");
        server.start();
        flyte = FlyteClient.install(folder, server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        TABLE.forEach(System.out::println);
    }

    /** What ends the replica, and what its task does meanwhile. */
    enum Way {
        CANCEL(true),
        TIMEOUT(true),
        KILLED_REPLICA(true),
        DRAIN(false),
        IDLE_TTL(false),
        STOPPED_SERVER(false),
        KILLED_SERVER_AND_REPLICA(true),
        KILLED_SERVER_THAT_COMES_BACK(false);

        private final boolean stays;

        Way(boolean stays) {
            this.stays = stays;
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAJavaReplica(Way way) {
        server.deployExample(
                "trouble",
                Map.of("replicas", 1, "concurrency", 1, "idleTtl", way == Way.IDLE_TTL ? 5 : 600),
                Map.of("WAY", way.name()));
        String run = server.post(
                        "/api/v1/runs",
                        Map.of(
                                "environment",
                                "trouble",
                                "task",
                                "brood",
                                "input",
                                Map.of("script", SCRIPT, "stays", way.stays),
                                "overrides",
                                way == Way.TIMEOUT ? Map.of("timeout", "PT10S") : Map.of()))
                .get("name")
                .asString();
        nothingIsLeft("Java", way, run, OF_SCRIPT);
    }

    @ParameterizedTest
    @EnumSource
    void ofAPythonReplicaWithPoolsOfProcesses(Way way) throws IOException {
        String task = way == Way.TIMEOUT ? "late_brood" : way.stays ? "staying_brood" : "brood";
        Path said = folder.resolve("said-" + way);
        Process program = flyte.start(said, Map.of("IDLE_TTL", way == Way.IDLE_TTL ? "30" : "600"), "brood.py", task);
        program.onExit().join();
        Matcher run = RUN.matcher(Files.readString(said));
        assertThat(run.find()).as(Files.readString(said)).isTrue();
        nothingIsLeft("Python", way, run.group(1), OF_PROGRAM);
    }

    private static void nothingIsLeft(String language, Way way, String run, int descendants) {
        await().atMost(PATIENCE)
                .until(() -> server.get("/api/v1/runs/" + run + "/actions/a0").hasNonNull("replica"));
        String id =
                server.get("/api/v1/runs/" + run + "/actions/a0").get("replica").asString();
        ProcessHandle process = ProcessHandle.of(Long.parseLong(
                        replica(run, id).get("placement").asString().split(" ")[1]))
                .orElseThrow();
        await("all are there, beside the replica").atMost(PATIENCE).until(() -> of(id).size() > descendants);
        int before = of(id).size() - 1;

        end(way, run, id, process);

        await("the replica ends").atMost(PATIENCE).until(() -> !process.isAlive());
        await(before + " processes end with it").atMost(Duration.ofSeconds(10)).until(() -> of(id).isEmpty());
        TABLE.add("%-7s %-30s had started %2d processes, left: %d".formatted(language, way, before, of(id).size()));
        await("only its output is left").until(() -> files(id).equals(List.of("output.log")));
        if (way == Way.STOPPED_SERVER || way == Way.KILLED_SERVER_AND_REPLICA) {
            server.start();
        }
        server.post("/api/v1/runs/" + run + "/cancel", Map.of());
    }

    private static void end(Way way, String run, String replica, ProcessHandle process) {
        switch (way) {
            case CANCEL -> server.post("/api/v1/runs/" + run + "/cancel", Map.of());
            case TIMEOUT, IDLE_TTL -> {}
            case KILLED_REPLICA -> process.destroyForcibly();
            case DRAIN -> server.post("/api/v1/replicas/" + replica + "/drain", Map.of());
            case STOPPED_SERVER -> server.stop();
            case KILLED_SERVER_AND_REPLICA -> {
                server.killHard();
                process.destroyForcibly();
            }
            case KILLED_SERVER_THAT_COMES_BACK -> {
                server.killHard();
                server.start();
                assertThat(process.isAlive()).as("the replica goes on").isTrue();
                server.post("/api/v1/replicas/" + replica + "/drain", Map.of());
            }
        }
    }

    private static JsonNode replica(String run, String id) {
        String environment =
                server.get("/api/v1/runs/" + run).get("environment").asString();
        return server.everyReplica(environment).stream()
                .filter(each -> each.get("id").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** The processes of a replica work in its folder, also when that is gone. */
    private static List<Long> of(String replica) {
        String working = folder.resolve("home/replicas") + "/" + replica + "-";
        return ProcessHandle.allProcesses()
                .filter(process -> link(process, "cwd").startsWith(working))
                .filter(process -> !link(process, "exe").isEmpty())
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Empty for a process that has ended. */
    private static String link(ProcessHandle process, String name) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), name))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> files(String replica) {
        try (Stream<Path> folders = Files.list(folder.resolve("home/replicas"))) {
            Path of = folders.filter(each -> each.getFileName().toString().startsWith(replica + "-"))
                    .findFirst()
                    .orElseThrow();
            try (Stream<Path> files = Files.list(of)) {
                return files.map(file -> file.getFileName().toString()).toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
