package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.image.SearchPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that are shell scripts, and what they start. */
class KeeperTest {
    private static final String NOTES_ITS_PID = "sh -c 'echo $$ >> %s; exec sleep 3600' &\n";

    @TempDir
    private Path root;

    private final List<ProcessHandle> strangers = new ArrayList<>();
    private final Keeper keeper = Keeper.ofThisMachine(SearchPath.ofThisProcess());
    private ReplicaFolders folders;
    private Path folder;
    private Path started;

    @BeforeEach
    void makeFolder() throws IOException {
        folders = new ReplicaFolders(root.resolve("replicas"), 50, 1_000_000);
        folder = folders.create(7);
        started = Files.createFile(root.resolve("started"));
    }

    @AfterEach
    void endStrangers() throws IOException {
        strangers.forEach(ProcessHandle::destroyForcibly);
        descendants().forEach(ProcessHandle::destroyForcibly);
    }

    enum Way {
        EXIT,
        TERMINATED,
        KILLED
    }

    @ParameterizedTest
    @EnumSource
    void whateverEndsAReplicaWhatItHasStartedEndsWithIt(Way way) throws IOException {
        String note = "echo $$ >> " + started + "; ";
        KeptProcess replica = start("""
                sh -c '%1$s exec sleep 3600' &
                sh -c '%1$s sleep 3600 & wait' &
                nohup sh -c '%1$s exec sleep 3600' &
                setsid sh -c '%1$s exec sleep 3600' &
                (setsid sh -c '%1$s exec sleep 3600' &)
                (exec env -i /bin/sh -c '%1$s exec sleep 3600' &)
                sh -c 'trap "" TERM; %1$s sleep 3600; sleep 3600' &
                sh -c '%1$s kill -STOP $$' &
                while [ ! -e %2$s/go ]; do sleep 0.05; done
                """.formatted(note, root));
        await().until(() -> descendants().size() == 8);

        end(replica, way);

        assertThat(replica.end().join())
                .isEqualTo(OptionalInt.of(
                        switch (way) {
                            case EXIT -> 0;
                            case TERMINATED -> 143;
                            case KILLED -> 137;
                        }));
        assertThat(descendants()).noneMatch(KeeperTest::runs);
    }

    /** Where the kernel lets orphans go to the keeper. */
    @ParameterizedTest
    @EnumSource
    void alsoWhatHasLeftItsSessionItsParentAndItsEnvironment(Way way) throws IOException {
        KeptProcess replica = start("""
                (setsid env -i /bin/sh -c 'echo $$ >> %1$s; exec sleep 3600' &)
                (setsid env -i /bin/sh -c '(setsid sh -c "echo \\$\\$ >> %1$s; exec sleep 3600" &)' &)
                while [ ! -e %2$s/go ]; do sleep 0.05; done
                """.formatted(started, root));
        await().until(() -> descendants().size() == 2);

        end(replica, way);

        replica.end().join();
        assertThat(descendants()).noneMatch(KeeperTest::runs);
    }

    /** Without a program that could ask the kernel for orphans, and without one that makes a session. */
    @ParameterizedTest
    @ValueSource(strings = {"setsid", "nothing"})
    void aMachineWithoutTheProgramsThatHelpDoesWithoutThem(String program) throws IOException {
        Path programs = Files.createDirectories(root.resolve("programs"));
        if (program.equals("setsid")) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("/usr/bin/setsid"));
        }
        Keeper plain = new Keeper(
                Keeper.ofThisMachine(new SearchPath(List.of(programs))).starter(), keeper.path());
        KeptProcess replica = plain.start(
                folder,
                script(NOTES_ITS_PID.formatted(started) + "(setsid " + NOTES_ITS_PID.formatted(started)
                        + ") \n sleep 3600\n"),
                environment());
        await().until(() -> descendants().size() == 2);

        replica.replica().destroyForcibly();

        replica.end().join();
        assertThat(descendants()).noneMatch(KeeperTest::runs);
    }

    @Test
    void whatOthersHaveStartedGoesOn() throws IOException {
        ProcessBuilder other = new ProcessBuilder("sleep", "3600");
        other.environment()
                .put("HEARTH_WORKER_HOME", root.resolve("replicas/7-other1").toString());
        strangers.add(other.start().toHandle());
        KeptProcess replica = start("exit 5");

        assertThat(replica.end().join()).hasValue(5);

        assertThat(strangers).allMatch(ProcessHandle::isAlive);
    }

    @Test
    void aReplicaWhoseKeeperIsKilledEndsWithAllThatItHasStarted() throws Exception {
        KeptProcess replica = start(NOTES_ITS_PID.formatted(started) + "sleep 3600\n");
        await().until(() -> descendants().size() == 1);
        replica.replica().parent().orElseThrow().destroyForcibly();
        assertThat(replica.end().join()).hasValue(137);
        assertThat(KeptProcess.isUnswept(folder)).isTrue();

        keeper.sweep(folder, KeptProcess.trace(folder));

        assertThat(replica.replica()).matches(process -> !runs(process));
        assertThat(descendants()).noneMatch(KeeperTest::runs);
        assertThat(KeptProcess.isUnswept(folder)).isFalse();
    }

    @Test
    void aForkWithTheSameCommandLineIsNotTakenForTheReplica() throws IOException {
        KeptProcess replica = start("(echo forked; sleep 3600; true) &\nsleep 3600; true\n");
        await().until(() -> ReplicaOutput.in(folder).tail().contains("forked"));

        KeptProcess.Trace trace = KeptProcess.trace(folder);

        assertThat(trace.replica()).contains(replica.replica());
        assertThat(trace.keeper()).isEqualTo(replica.replica().parent());
        replica.replica().destroyForcibly();
        replica.end().join();
    }

    @Test
    void aProcessThatHasTheNumberOfAnEndedReplicaIsNotTakenForIt() throws Exception {
        KeptProcess replica = start("sleep 3600\n");
        Path note = folder.resolve(".hearth/process");
        List<String> noted = Files.readAllLines(note);
        String stranger = Long.toString(ProcessHandle.current().pid());

        Files.write(note, List.of(stranger, stranger, noted.get(2), noted.get(3)));
        KeptProcess.Trace trace = KeptProcess.trace(folder);

        assertThat(trace.replica()).isEmpty();
        assertThat(trace.keeper()).isEmpty();
        Files.write(note, List.of(noted.get(0), noted.get(1), "another boot", noted.get(3)));
        assertThat(KeptProcess.trace(folder).replica()).isEmpty();
        Files.write(note, List.of("no", "number", "", ""));
        assertThat(KeptProcess.trace(folder).replica()).isEmpty();
        replica.replica().destroyForcibly();
        replica.end().join();
    }

    @Test
    void onlyItsOutputIsLeftInItsFolderAndNothingBehindLinks() throws IOException {
        Path precious = Files.createDirectories(root.resolve("precious"));
        Files.writeString(precious.resolve("file"), "mine");
        KeptProcess replica = start("""
                echo said; ln -s %1$s link; ln -s %1$s tmp/link; mkdir -p tmp/closed; echo x > tmp/closed/x; chmod 0 tmp/closed
                echo y > .hidden; echo z > 'two  words'; kill -9 $$
                """.formatted(precious));

        assertThat(replica.end().join()).hasValue(137);

        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve("output.log"));
        }
        assertThat(precious.resolve("file")).hasContent("mine");
        assertThat(ReplicaOutput.in(folder).tail()).isEqualTo("said\n");
    }

    @Test
    void aFolderThatATaskHasReplacedByALinkIsLeftAlone() throws IOException {
        Path precious = Files.createDirectories(root.resolve("precious"));
        Files.writeString(precious.resolve("file"), "mine");

        KeptProcess replica = start("cd /; rm -rf %1$s; ln -s %2$s %1$s\n".formatted(folder, precious));

        replica.end().join();
        assertThat(precious.resolve("file")).hasContent("mine");
    }

    @Test
    void itBeginsInItsFolderWithWhatItIsGivenAndInterruptsReachWhatItStarts() throws IOException {
        KeptProcess replica = start("""
                pwd; echo "$GIVEN, $PATH"; sh -c 'kill -INT $$; echo ignored'; read -r nothing || echo no input
                """, Map.of("GIVEN", "a value", "PATH", "/nowhere:/usr/bin:/bin"));

        replica.end().join();

        assertThat(ReplicaOutput.in(folder).tail()).isEqualTo(folder + "\na value, /nowhere:/usr/bin:/bin\nno input\n");
    }

    private KeptProcess start(String script) throws IOException {
        return start(script, Map.of());
    }

    private KeptProcess start(String script, Map<String, String> more) throws IOException {
        Map<String, String> environment = environment();
        environment.putAll(more);
        return keeper.start(folder, script(script), environment);
    }

    private Map<String, String> environment() {
        return new TreeMap<>(Map.of("HEARTH_WORKER_HOME", folder.toString(), "PATH", System.getenv("PATH")));
    }

    private List<String> script(String script) throws IOException {
        return List.of(
                "/bin/sh", Files.writeString(root.resolve("replica.sh"), script).toString());
    }

    private void end(KeptProcess replica, Way way) throws IOException {
        switch (way) {
            case EXIT -> Files.createFile(root.resolve("go"));
            case TERMINATED -> replica.replica().destroy();
            case KILLED -> replica.replica().destroyForcibly();
        }
    }

    /** A process that has ended, and of which nobody has taken notice yet, does not run. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** Those that have told so. */
    private List<ProcessHandle> descendants() throws IOException {
        return Files.readAllLines(started).stream()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .toList();
    }
}
