package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.wire.LogLine;
import dev.hearth.wire.Report;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program finds in its own jar it finds as a task, too: the jar lies in no class path here. */
class WorldOfATaskTest {
    private static final String TASKS = """
            package world;

            import dev.hearth.sdk.Environment;
            import dev.hearth.sdk.Task;
            import dev.hearth.sdk.TaskContext;
            import java.io.InputStream;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.stream.*;

            public class Tasks {
                static final String AT_DECLARATION = read("in/the/jär file.txt");
                static final java.util.logging.Logger OWN = java.util.logging.Logger.getLogger("own");

                static {
                    OWN.setUseParentHandlers(false);
                    OWN.addHandler(new java.util.logging.ConsoleHandler());
                }

                static final Environment ENV = Environment.named("env");
                static final Task<Void, String> DECLARED = ENV.task("declared", String.class, () -> AT_DECLARATION);
                static final Task<Void, String> READ = ENV.task("read", String.class, () -> read("in/the/jär file.txt"));
                static final Task<Void, List> FORKED = ENV.task("forked", List.class, Tasks::forked);
                static final Task<Void, List> SERVICES = ENV.task("services", List.class, () -> ServiceLoader.load(Greeter.class)
                        .stream().map(each -> each.get().greet()).toList());
                static final Task<Void, Long> FOREIGN = ENV.task("foreign", Long.class,
                        () -> ServiceLoader.load(io.grpc.NameResolverProvider.class).stream().map(ServiceLoader.Provider::get).count());
                static final Task<Void, String> JDBC = ENV.task("jdbc", String.class,
                        () -> java.sql.DriverManager.getDriver("jdbc:tiny:x").getClass().getName());
                static final Task<Void, List> DOCUMENTS = ENV.task("documents", List.class, () ->
                        List.of(org.w3c.dom.Node.class.getClassLoader() == null,
                                javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument() != null));
                static final Task<Void, List> RESOURCES = ENV.task("resources", List.class, () -> Collections.list(
                        Thread.currentThread().getContextClassLoader().getResources("META-INF/MANIFEST.MF")).stream()
                                .limit(1).map(url -> url.getProtocol() + " " + url.getPath().contains("bundle%20")).toList());
                static final Task<Void, String> BEND = ENV.task("bend", String.class, () -> {
                    Thread.currentThread().setContextClassLoader(null);
                    return "bent";
                });
                static final Task<Void, String> BROKEN = ENV.task("broken", String.class, () -> Broken.VALUE);
                static final Task<Void, String> LOGS = ENV.task("logs", String.class, () -> {
                    OWN.warning("by a handler of its own");
                    return ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("x")).getName();
                });

                static final Environment OTHER = Environment.named("other");
                static final Task<Void, String> OTHER_READ = OTHER.task("read", String.class, () -> "of the other");

                static List<String> forked() throws Exception {
                    List<String> found = new ArrayList<>();
                    try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
                            ExecutorService pool = Executors.newFixedThreadPool(1);
                            ForkJoinPool system = new ForkJoinPool(1)) {
                        Callable<String> read = () -> read("in/the/jär file.txt");
                        found.add(virtual.submit(read).get());
                        found.add(pool.submit(read).get());
                        found.add(system.submit(TaskContext.wrap(read)).get());
                    }
                    Thread thread = new Thread(() -> found.add(read("in/the/jär file.txt")));
                    thread.start();
                    thread.join();
                    return found;
                }

                static String read(String name) {
                    ClassLoader loader = Thread.currentThread().getContextClassLoader();
                    try (InputStream in = loader == null ? null : loader.getResourceAsStream(name)) {
                        return in == null ? "nothing" : new String(in.readAllBytes(), "UTF-8");
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
            """;

    private static final String GREETER = "package world; public interface Greeter { String greet(); }";
    private static final String FRIENDLY = """
            package world; public class Friendly implements Greeter { public String greet() { return "hello"; } }""";
    private static final String BROKEN = """
            package world; class Broken { static String VALUE = Objects(); static String Objects() { throw new IllegalStateException("no licence"); } }""";
    private static final String DRIVER = """
            package world;

            import java.sql.*;
            import java.util.Properties;

            public class TinyDriver implements Driver {
                static {
                    try {
                        DriverManager.registerDriver(new TinyDriver());
                    } catch (SQLException e) {
                        throw new ExceptionInInitializerError(e);
                    }
                }

                public Connection connect(String url, Properties info) { return null; }
                public boolean acceptsURL(String url) { return url.startsWith("jdbc:tiny:"); }
                public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) { return new DriverPropertyInfo[0]; }
                public int getMajorVersion() { return 1; }
                public int getMinorVersion() { return 0; }
                public boolean jdbcCompliant() { return false; }
                public java.util.logging.Logger getParentLogger() { return null; }
            }
            """;

    @TempDir
    private Path folder;

    private LiveReplica replica;
    private int attempts;

    @BeforeEach
    void host() throws Exception {
        CapturedOutput.install();
        Path jar = new CompiledJar(folder)
                .classes(TASKS, GREETER, FRIENDLY, BROKEN, DRIVER)
                // A library of the worker's in a version of the bundle's own.
                .classes("package io.grpc; public abstract class NameResolverProvider {}")
                // As xml-apis has them.
                .file(
                        "org/w3c/dom/Node.class",
                        ClassFile.of()
                                .build(
                                        ClassDesc.of("org.w3c.dom.Node"),
                                        type -> type.withFlags(
                                                AccessFlag.PUBLIC, AccessFlag.INTERFACE, AccessFlag.ABSTRACT)))
                .file("in/the/jär file.txt", "found")
                .file("META-INF/services/world.Greeter", "world.Friendly")
                .file("META-INF/services/java.sql.Driver", "world.TinyDriver")
                .file("logback.xml", "<configuration><garbage")
                .at("a folder/bundle ü.jar");
        replica = LiveReplica.of(new BundleCode(jar).tasks());
    }

    @AfterEach
    void close() {
        replica.close();
    }

    @Test
    void itsResourcesAreThereWhileItIsDeclaredAndWhileItRuns() throws Exception {
        assertThat(output("declared")).isEqualTo("\"found\"");
        assertThat(output("read")).isEqualTo("\"found\"");
        assertThat(output("resources")).isEqualTo("[\"jar true\"]");
    }

    @Test
    void threadsThatItMakesFindThemToo() throws Exception {
        assertThat(output("forked")).isEqualTo("[\"found\",\"found\",\"found\",\"found\"]");
    }

    @Test
    void aLoaderThatATaskSetsEndsWithIt() throws Exception {
        assertThat(output("bend")).isEqualTo("\"bent\"");
        assertThat(output("read")).isEqualTo("\"found\"");
    }

    @Test
    void theThreadThatLoadsTheBundleKeepsItsOwnLoader() {
        assertThat(Thread.currentThread().getContextClassLoader()).isEqualTo(ClassLoader.getSystemClassLoader());
    }

    @Test
    void itsServicesAndDriversAreFound() throws Exception {
        assertThat(output("services")).isEqualTo("[\"hello\"]");
        assertThat(output("jdbc")).isEqualTo("\"world.TinyDriver\"");
    }

    @Test
    void theWorkersProvidersAreNoneOfALibraryThatTheBundleBrings() throws Exception {
        assertThat(WorldOfATaskTest.class.getResource("/META-INF/services/io.grpc.NameResolverProvider"))
                .isNotNull();
        assertThat(output("foreign")).isEqualTo("0");
    }

    @Test
    void copiesOfJavasOwnPackagesAreNotMixedWithThem() throws Exception {
        assertThat(output("documents")).isEqualTo("[true,true]");
    }

    @Test
    void aClassThatCannotBeInitialisedIsToldWithItsCauseEachTime() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(run("broken").getFailure().getMessage())
                    .contains("world.Broken", "java.lang.IllegalStateException", "no licence");
        }
    }

    @Test
    void aLoggerWhoseConsoleWasMadeWhileItWasDeclaredWritesIntoTheLogOfTheTask() throws Exception {
        replica.controlPlane().assign(attempt(++attempts), "logs", "null");
        List<LogLine> lines = new ArrayList<>();
        Report report = replica.controlPlane()
                .await(frame -> {
                    lines.addAll(frame.getLogsList());
                    return frame.getReportsCount() > 0;
                })
                .getReports(0);
        assertThat(report.getOutput().getValue().toStringUtf8()).isEqualTo("\"x\"");
        assertThat(lines).anySatisfy(line -> assertThat(line.getText()).contains("by a handler of its own"));
    }

    @Test
    void tasksOfOneNameInTwoEnvironmentsAreTwo() throws Exception {
        assertThat(output("other", "read")).isEqualTo("\"of the other\"");
        assertThat(output("env", "read")).isEqualTo("\"found\"");
        assertThat(run("other", "declared").getFailure().getMessage()).contains("declared", "other");
    }

    private String output(String task) throws Exception {
        return output("env", task);
    }

    private String output(String environment, String task) throws Exception {
        Report report = run(environment, task);
        assertThat(report.getFailure().getDetails()).isEmpty();
        return report.getOutput().getValue().toStringUtf8();
    }

    private Report run(String task) throws Exception {
        return run("env", task);
    }

    private Report run(String environment, String task) throws Exception {
        replica.controlPlane().assign(attempt(++attempts), environment, task, "null");
        return replica.controlPlane()
                .await(frame -> frame.getReportsCount() > 0)
                .getReports(0);
    }
}
