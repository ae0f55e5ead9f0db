package dev.hearth.controlplane.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An interpreter of this machine.
 *
 * @param executable as it names itself: what is found on the path may only choose one
 * @param version major and minor, such as {@code 3.12}
 */
record Python(Path executable, String version) {
    private static final int LEAST_MINOR = 10;
    private static final int SECONDS_TO_ANSWER = 20;
    private static final String QUESTION =
            "import sys; print('Python %d.%d %s' % (sys.version_info[0], sys.version_info[1], sys.executable))";
    private static final Pattern ANSWER = Pattern.compile("Python (3\\.(\\d{1,3})) (\\S.*)");
    private static final Pattern DECLARED = Pattern.compile("(3\\.\\d{1,3})(\\..*)?");

    /** The declared one if it is there, else whatever {@code python3} is. */
    static Python find(@Nullable String declared, SearchPath path) {
        Matcher version = DECLARED.matcher(declared == null ? "" : declared.strip());
        List<String> names = version.matches() ? List.of("python" + version.group(1), "python3") : List.of("python3");
        return names.stream()
                .flatMap(name -> path.find(name).stream())
                .flatMap(program -> ask(program).stream())
                .findFirst()
                .orElseThrow(() -> new ImageBuildException("This machine has no Python 3." + LEAST_MINOR
                        + " or newer on the server's PATH (looked for " + String.join(" and ", names)
                        + "). Install it, or put it on the PATH of whoever starts the server."));
    }

    /** Empty also where a name is there but chooses nothing, as the shims of version managers do. */
    private static Optional<Python> ask(Path program) {
        try {
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "-c", QUESTION)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            keepApart(builder.environment());
            Process process = builder.start();
            try {
                if (!process.waitFor(SECONDS_TO_ANSWER, TimeUnit.SECONDS)) {
                    return Optional.empty();
                }
                Matcher answer = ANSWER.matcher(
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
                return answer.matches() && Integer.parseInt(answer.group(2)) >= LEAST_MINOR
                        ? Optional.of(new Python(Path.of(answer.group(3)), answer.group(1)))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageBuildException("interrupted", e);
        }
    }

    /** Of a Python process: it sees neither what this server was told, its secrets least of all, nor packages from elsewhere. */
    static void keepApart(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name -> Stream.of("HEARTH_", "SPRING_").anyMatch(name::startsWith)
                        || name.equals("PYTHONPATH")
                        || name.equals("PYTHONHOME"));
    }
}
