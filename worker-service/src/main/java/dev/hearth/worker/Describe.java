package dev.hearth.worker;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.BundleView.DeclaredTask;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says which environments and tasks a jar declares, as a line of JSON: {@code Describe app.jar}. Run in a process of its own,
 * because it runs the jar's code. Exit codes: 0 = described, 2 = the jar is at fault, and standard error says how.
 */
public final class Describe {
    private static final JsonMapper JSON = new JsonMapper();

    private Describe() {}

    public static void main(String[] args) {
        // What the jar's own code prints must not stand in the answer.
        PrintStream answer = System.out;
        CommonPoolThreads.install();
        AtomicBoolean looking = new AtomicBoolean(true);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (looking.get()) {
                System.err.println(
                        "the jar's code ended the process (System.exit) while its environments were looked for");
                Runtime.getRuntime().halt(2);
            }
        }));
        System.setOut(System.err);
        try {
            answer.println(JSON.writeValueAsString(describe(Path.of(args[0]))));
            answer.flush();
            looking.set(false);
            System.exit(0);
        } catch (RuntimeException e) {
            System.err.println(e.getMessage() == null ? e.toString() : e.getMessage());
            looking.set(false);
            System.exit(2);
        }
    }

    static List<DeclaredEnvironment> describe(Path jar) {
        BundleClassLoader loader = new BundleClassLoader(jar, Describe.class.getClassLoader());
        CommonPoolThreads.serve(loader);
        List<Environment> environments = DeclaredEnvironments.load(jar, loader);
        if (environments.isEmpty()) {
            throw new IllegalStateException(
                    "the jar declares no environment: no class has a static field of type dev.hearth.sdk.Environment");
        }
        // Looking at the types of inputs and outputs may initialise them.
        return loader.within(() -> {
            requireReadable(environments);
            return environments.stream().map(Describe::of).toList();
        });
    }

    /** A type that nothing can be read as would fail every call; said here, its author is there to hear it. */
    private static void requireReadable(List<Environment> environments) {
        List<String> faults = environments.stream()
                .flatMap(environment -> environment.tasks().values().stream())
                .flatMap(task -> Stream.concat(
                        faults(task, "input", task.inputType()), faults(task, "output", task.outputType())))
                .toList();
        if (!faults.isEmpty()) {
            throw new IllegalStateException(String.join("\n", faults));
        }
    }

    private static Stream<String> faults(Task<?, ?> task, String which, Class<?> type) {
        return type == Void.class
                ? Stream.empty()
                : ReadableTypes.faults(type).stream()
                        .map(fault -> task + ": its " + which + " cannot be read from JSON: " + fault);
    }

    private static DeclaredEnvironment of(Environment environment) {
        return new DeclaredEnvironment(
                environment.name(),
                environment.spec(),
                environment.tasks().values().stream()
                        .map(Describe::of)
                        .sorted((one, other) -> one.name().compareTo(other.name()))
                        .toList());
    }

    private static DeclaredTask of(Task<?, ?> task) {
        return new DeclaredTask(task.name(), schema(task.inputType()), schema(task.outputType()), task.terms());
    }

    private static Map<String, Object> schema(Class<?> type) {
        // Callers over HTTP leave the input out, or send null or {}.
        return type == Void.class
                ? Map.of("type", List.of("null", "object"), "maxProperties", 0)
                : TypeSchemas.of(type);
    }
}
