package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.EngineServer;
import dev.hearth.controlplane.MigratedDatabase;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.image.FakePython;
import dev.hearth.controlplane.image.ImageLayers;
import dev.hearth.controlplane.image.Layer;
import dev.hearth.controlplane.image.PipOptions;
import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.controlplane.image.SearchPath;
import dev.hearth.controlplane.peers.Membership;
import dev.hearth.controlplane.provisioning.ReplicaLaunch;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.End;
import dev.hearth.controlplane.provisioning.ReplicaProvisioner.Room;
import dev.hearth.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

/** Processes of Python images, with an interpreter that is a script. */
class PythonReplicaTest {
    private static final String IMAGE = "hearth/flyte:3f2a";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static EngineServer server;
    private static MigratedDatabase database;

    private final Map<Long, End> ends = new ConcurrentHashMap<>();
    private FakePython python;
    private PythonImages images;
    private ProcessProvisioner provisioner;

    @BeforeAll
    static void startServer() {
        server = EngineServer.start(shared, TestDatabase.fresh());
        database = MigratedDatabase.fresh();
    }

    @AfterAll
    static void stopServer() {
        database.close();
        server.close();
    }

    @BeforeEach
    void start() {
        database.execute("DELETE FROM python_image");
        python = FakePython.in(folder.resolve("programs"), "3.11");
        images = python.images(database.sql(), folder);
        provisioner = provisioner();
    }

    @AfterEach
    void stop() {
        provisioner.present().forEach(replica -> provisioner.stop(replica, true));
        await().until(() -> provisioner.present().isEmpty());
        images.close();
    }

    @Test
    void itIsToldWhatTheContractSaysAndNothingOfTheServer() throws IOException {
        images.register(
                IMAGE,
                new ImageLayers(
                        null,
                        List.of(new Layer.Env(Map.of("OF_IMAGE", "1", "OF_BOTH", "image", "HEARTH_SLOTS", "99")))));

        provisioner.start(launch(7, IMAGE));

        Path home = onlyFolder();
        await().until(() -> provisioner.lastOutput(7).contains("runs"));
        await().until(() -> Files.exists(home.resolve("environment.txt"))
                && Files.readString(home.resolve("environment.txt")).contains("HEARTH_JOIN_TOKEN"));
        String made = images.built(IMAGE).orElseThrow().toString();
        assertThat(Files.readAllLines(home.resolve("environment.txt")))
                .contains(
                        "HEARTH_REPLICA_ID=7",
                        "HEARTH_JOIN_TOKEN=secret",
                        "HEARTH_WORKER_ENDPOINT=127.0.0.1:9090",
                        "HEARTH_BUNDLES_ENDPOINT=http://127.0.0.1:8080",
                        "HEARTH_SLOTS=4",
                        "HEARTH_WORKER_HOME=" + home,
                        "HEARTH_MEMORY_BYTES=536870912",
                        "HEARTH_CPU_MILLIS=1500",
                        "OF_IMAGE=1",
                        "OF_BOTH=pool",
                        "PYTHONUNBUFFERED=1",
                        "TMPDIR=" + home.resolve("tmp"))
                .anyMatch(line -> line.startsWith("PATH=" + made + "/bin:"));
        assertThat(provisioner.lastOutput(7)).contains("Collecting flyte==2.12.1");
    }

    @Test
    void aLaterLifeOfTheServerFindsItAndEndsWhatNobodyWants() {
        provisioner.start(launch(8, IMAGE));
        provisioner.start(launch(9, IMAGE));
        await().until(() -> List.of(8L, 9L).stream()
                .allMatch(replica -> provisioner.lastOutput(replica).contains("runs")));

        ProcessProvisioner later = provisioner();
        later.adopt(Map.of(8L, OptionalLong.empty()));

        assertThat(later.present()).containsExactly(8L);
        await().until(() -> provisioner.present().equals(Set.of(8L)));
        later.stop(8, false);
        await().until(() -> later.present().isEmpty());
    }

    @Test
    void oneOfTheSameNumberThatAnotherDatabaseHasStartedIsNotTakenOver() {
        long pid = provisioner.start(launch(8, IMAGE)).pid();
        await().until(() -> provisioner.lastOutput(8).contains("runs"));

        ProcessProvisioner later = provisioner();
        later.adopt(Map.of(8L, OptionalLong.of(pid + 1)));

        assertThat(later.present()).isEmpty();
        await().until(() -> ProcessHandle.of(pid).isEmpty());
    }

    @Test
    void itsEndMeansWhatThatOfAJavaReplicaMeans() {
        provisioner.start(launch(10, IMAGE));
        provisioner.start(launch(11, IMAGE));
        await().until(() -> List.of(10L, 11L).stream()
                .allMatch(replica -> provisioner.lastOutput(replica).contains("runs")));

        provisioner.stop(10, false);
        provisioner.stop(11, true);

        await().until(() -> ends.keySet().containsAll(Set.of(10L, 11L)));
        assertThat(ends)
                .containsEntry(10L, new End("its process ended with exit code 0", true))
                .containsEntry(
                        11L,
                        new End(
                                "its process was killed from outside, by the kernel if memory ran out (exit code 137)",
                                false));
    }

    @Test
    void whileItsImageIsBeingMadeItTakesNoRoomFromOthers() throws IOException {
        images.register(
                IMAGE, new ImageLayers(null, List.of(new Layer.PipPackages(List.of("endless"), PipOptions.NONE))));
        Room before = provisioner.room();

        CompletableFuture<?> start =
                CompletableFuture.runAsync(() -> provisioner.start(launch(12, IMAGE)), Thread::startVirtualThread);
        await().until(() -> provisioner.lastOutput(12).contains("Collecting endless"));

        assertThat(provisioner.room()).isEqualTo(new Room(before.starts() + 1, Set.of("process:python/" + IMAGE)));
        assertThat(provisioner.present()).isEmpty();
        python.openGate();
        start.join();
        assertThat(provisioner.room()).isEqualTo(before).isEqualTo(new Room(before.starts(), Set.of()));
        assertThat(provisioner.present()).containsExactly(12L);
    }

    @Test
    void anImageThatCannotBeMadeIsAStartThatFails() {
        images.register(
                IMAGE, new ImageLayers(null, List.of(new Layer.PipPackages(List.of("broken"), PipOptions.NONE))));

        assertThatThrownBy(() -> provisioner.start(launch(13, IMAGE)))
                .hasMessageEndingWith("ERROR: there is no such package");
        assertThat(provisioner.room().unready()).isEmpty();
        assertThat(provisioner.present()).isEmpty();
    }

    private Path onlyFolder() throws IOException {
        try (var folders = Files.list(folder.resolve("replicas"))) {
            return folders.findFirst().orElseThrow();
        }
    }

    private ProcessProvisioner provisioner() {
        ProcessProvisioner made = new ProcessProvisioner(
                new Programs(new CompletableFuture<>(), images, "", false),
                new Inherited(List.of()),
                Keeper.ofThisMachine(SearchPath.ofThisProcess()),
                new ReplicaFolders(folder.resolve("replicas"), 50, 1_000_000),
                new Addresses(new MockEnvironment(), () -> "127.0.0.1:9090", server.bean(Membership.class)));
        made.onEnd(ends::put);
        return made;
    }

    private static ReplicaLaunch launch(long replica, String image) {
        return new ReplicaLaunch(
                replica,
                "secret",
                "process:python/" + image,
                null,
                Resources.of("1500m", "512Mi"),
                Map.of("OF_BOTH", "pool"),
                4);
    }
}
