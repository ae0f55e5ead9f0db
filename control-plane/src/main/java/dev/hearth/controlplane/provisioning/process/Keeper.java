package dev.hearth.controlplane.provisioning.process;

import dev.hearth.controlplane.image.SearchPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;

/**
 * Starts each replica beneath a small process of its own, which ends what the replica leaves running, and removes its files,
 * whatever has ended it and whether this server is still there: {@code keep.sh} says how.
 *
 * @param starter turns its process into the head of a session and, where the kernel can do that, into the one to which orphans of
 *     its descendants go, and then becomes the shell
 * @param path where the shell finds its programs
 */
record Keeper(List<String> starter, String path) {
    private static final String SCRIPT = "keep.sh";

    /** Of Linux: PR_SET_CHILD_SUBREAPER. Languages that come with the system can ask for it, shells cannot. */
    private static final int TAKE_ORPHANS = 36;

    private static final Map<String, Integer> NUMBER_OF_PRCTL = Map.of("amd64", 157, "aarch64", 167, "riscv64", 167);

    static Keeper ofThisMachine(SearchPath programs) {
        List<String> starter = System.getProperty("os.name").equals("Linux")
                ? Stream.concat(session(programs).stream(), orphans(programs).stream())
                        .toList()
                : program(programs, "perl", "-MPOSIX=setsid", "-e", "setsid(); exec(@ARGV)");
        return new Keeper(starter, System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    }

    private static List<String> session(SearchPath programs) {
        return program(programs, "setsid");
    }

    /** Also, a server that was started in the background of a script ignores interrupts, which is not for its replicas to inherit. */
    private static List<String> orphans(SearchPath programs) {
        Integer prctl = NUMBER_OF_PRCTL.get(System.getProperty("os.arch"));
        List<String> perl = prctl == null
                ? List.of()
                : program(
                        programs,
                        "perl",
                        "-e",
                        "$SIG{$_} = 'DEFAULT' for qw(INT QUIT PIPE); syscall(%d, %d, 1, 0, 0, 0); exec(@ARGV)"
                                .formatted(prctl, TAKE_ORPHANS));
        return perl.isEmpty() ? program(programs, "python3", "-ISc", """
                        import ctypes, os, signal, sys
                        for ignored in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
                            signal.signal(ignored, signal.SIG_DFL)
                        ctypes.CDLL(None).prctl(%d, 1, 0, 0, 0)
                        os.execv(sys.argv[1], sys.argv[1:])""".formatted(TAKE_ORPHANS)) : perl;
    }

    private static List<String> program(SearchPath programs, String name, String... arguments) {
        return programs.find(name)
                .map(found -> Stream.concat(Stream.of(found.toString()), Stream.of(arguments))
                        .toList())
                .orElse(List.of());
    }

    /** Starts a replica in its folder; answers it when it has a process. */
    KeptProcess start(Path folder, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = builder("run", folder).redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process keeper = builder.start();
        try (var arguments = keeper.outputWriter(StandardCharsets.UTF_8)) {
            for (String argument : command) {
                arguments.write(argument);
                arguments.write('\n');
            }
        }
        try (BufferedReader answer = keeper.inputReader(StandardCharsets.UTF_8)) {
            String pid = answer.readLine();
            if (pid == null) {
                throw new IOException("its process could not be started; its last output:\n"
                        + ReplicaOutput.in(folder).tail());
            }
            return new KeptProcess(
                    folder,
                    ProcessHandle.of(Long.parseLong(pid)).orElse(keeper.toHandle()),
                    keeper.onExit().thenApply(ended -> OptionalInt.of(ended.exitValue())));
        }
    }

    /** Ends what a replica has left whose keeper is gone, and removes its files; blocks until that is done. */
    void sweep(Path folder, KeptProcess.Trace trace) throws IOException, InterruptedException {
        ProcessBuilder builder = builder("sweep", folder, trace.session());
        trace.replica().ifPresent(ProcessHandle::destroyForcibly);
        builder.redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private ProcessBuilder builder(String what, Path folder, String... more) throws IOException {
        Path script =
                Files.createDirectories(folder.resolve(ReplicaFolders.OWN)).resolve(SCRIPT);
        try (InputStream resource = new ClassPathResource("provisioning/" + SCRIPT).getInputStream()) {
            Files.write(script, resource.readAllBytes());
        }
        List<String> command = new ArrayList<>(starter);
        command.addAll(List.of("/bin/sh", script.toString(), what, folder.toString(), path));
        command.addAll(List.of(more));
        return new ProcessBuilder(command);
    }
}
