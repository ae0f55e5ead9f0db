package dev.hearth.benchmarks.chaos;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.EnvironmentView;
import dev.hearth.benchmarks.chaos.Plan.Strike;
import dev.hearth.examples.Turmoil;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Rest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The fault harness: {@code Chaos SERVER_JAR SECONDS SEED}, or {@code Chaos --plan SECONDS SEED} to read what would strike. A
 * PostgreSQL, two control planes and their replicas work off a seeded load while a seeded plan breaks them; then the history is
 * checked. Exit codes: 0 = nothing was violated, 1 = something was, 2 = it could not be run.
 */
public final class Chaos {
    private static final long HEALS_WITHIN_MILLIS = 180_000;
    private static final int CUT_DELAY_MILLIS = 200;
    private static final Path FAKETIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

    private final Plan plan;
    private final Path folder;
    private final Path blobs;
    private final Path clock;
    private final PrintStream out;
    private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> skipped = new EnumMap<>(Fault.class);
    private final ScheduledExecutorService healing = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());
    private final List<Long> stopped = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private final Database database;

    private Chaos(Plan plan, Path folder, Path jar, PrintStream out) throws IOException {
        this.plan = plan;
        this.folder = folder;
        this.blobs = folder.resolve("blobs");
        this.clock = folder.resolve("clock");
        this.out = out;
        this.database = new Database(folder.resolve("postgres"));
        for (String name : List.of("a", "b")) {
            servers.add(new Server(folder.resolve(name), jar, blobs, database.url()));
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("usage: Chaos SERVER_JAR|--plan SECONDS SEED   (start it with ./hearth chaos)");
            System.exit(2);
        }
        Plan plan = Plan.of(Long.parseLong(arguments[2]), Duration.ofSeconds(Long.parseLong(arguments[1])));
        if (arguments[0].equals("--plan")) {
            plan.strikes().forEach(System.out::println);
            return;
        }
        Path folder = Files.createTempDirectory("hearth-chaos");
        long violations = new Chaos(plan, folder, Path.of(arguments[0]), System.out)
                .run(Duration.ofSeconds(Long.parseLong(arguments[1])));
        if (violations == 0) {
            delete(folder);
        } else {
            System.out.println("logs and data are kept in " + folder);
        }
        System.exit(violations == 0 ? 0 : 1);
    }

    private long run(Duration length) throws Exception {
        out.printf("seed %d, %s, in %s%n", plan.seed(), length, folder);
        for (Server server : servers) {
            server.awaitReady();
        }
        deploy();
        List<Rest> doors = servers.stream()
                .map(server -> new Rest(server.endpoint(), null))
                .toList();
        Load load = new Load(plan, doors);
        long begin = System.nanoTime();
        load.start();
        for (Strike strike : plan.strikes()) {
            Thread.sleep(Math.max(0, strike.atMillis() - (System.nanoTime() - begin) / 1_000_000));
            out.printf(
                    "%s   %d of %d runs ended%n",
                    strike, load.ended(), load.accepted().size());
            strike(strike);
        }
        Thread.sleep(Math.max(0, length.toMillis() - (System.nanoTime() - begin) / 1_000_000));
        load.stop();
        heal();
        boolean allEnded = load.join(HEALS_WITHIN_MILLIS);
        long violations = report(load, allEnded);
        int left = 0;
        for (Server server : servers) {
            left += server.stop();
            server.close();
        }
        out.printf("%-58s %6d%n", "processes that would not go", left);
        database.close();
        return violations + left;
    }

    private void deploy() throws IOException {
        Map<String, String> env = new TreeMap<>(
                Map.of("TURMOIL_EFFECTS", folder.resolve("effects").toString()));
        if (Files.exists(FAKETIME)) {
            Files.writeString(clock, "+0");
            env.putAll(Map.of(
                    "LD_PRELOAD",
                    FAKETIME.toString(),
                    "FAKETIME_TIMESTAMP_FILE",
                    clock.toString(),
                    "FAKETIME_CACHE_DURATION",
                    "1",
                    "NO_FAKE_STAT",
                    "1",
                    // Its own repair of timed waits makes every wait of a JVM return at once: threads would spin.
                    "FAKETIME_FORCE_MONOTONIC_FIX",
                    "0",
                    "FAKETIME_DONT_FAKE_MONOTONIC",
                    "1"));
        }
        String endpoint = servers.getFirst().endpoint();
        try (Hearth hearth = Hearth.connect(endpoint, null);
                Rest rest = new Rest(endpoint, null)) {
            for (Environment environment : List.of(Turmoil.PARENTS, Turmoil.LEAVES)) {
                hearth.deploy(environment);
                String path = "/api/v1/environments/" + environment.name();
                EnvironmentSpec spec = rest.get(path, EnvironmentView.class).spec();
                rest.send("PUT", path, spec.withEnv(env), Object.class);
            }
        }
    }

    private void strike(Strike strike) throws IOException, InterruptedException {
        Server server = servers.get(strike.pick() % servers.size());
        boolean hit = switch (strike.fault()) {
            case REPLICA_KILLED -> signalReplica("KILL", strike);
            case REPLICA_STOPPED -> signalReplica("STOP", strike);
            case REPLICA_CLOCK_JUMPED -> jumpClock(strike);
            case CONTROL_PLANE_KILLED -> {
                server.kill();
                later(strike, server::startAgain);
                yield true;
            }
            case CONTROL_PLANE_STOPPED -> stopFor(server.pid(), strike);
            case POSTGRES_KILLED -> {
                database.kill();
                Thread.sleep(strike.millis());
                database.startAgain();
                yield true;
            }
            case POSTGRES_RESTARTED -> {
                database.stop();
                database.startAgain();
                yield true;
            }
            case STREAMS_CUT -> {
                server.proxy().cut();
                yield true;
            }
            case STREAMS_DELAYED -> {
                server.proxy().delay(CUT_DELAY_MILLIS);
                later(strike, () -> server.proxy().delay(0));
                yield true;
            }
            case STREAMS_BLACK_HOLED -> {
                server.proxy().blackHole(true);
                later(strike, () -> server.proxy().blackHole(false));
                yield true;
            }
            case DISK_FULL -> {
                Path uploads = blobs.resolve("uploads");
                Path away = blobs.resolve("uploads-away");
                if (Files.exists(away)) {
                    yield false;
                }
                Files.move(uploads, away);
                later(strike, () -> Files.move(away, uploads));
                yield true;
            }
        };
        (hit ? struck : skipped).merge(strike.fault(), 1, Integer::sum);
    }

    private boolean signalReplica(String signal, Strike strike) throws IOException, InterruptedException {
        List<Long> pids = replicas();
        if (pids.isEmpty()) {
            return false;
        }
        long pid = pids.get(strike.pick() % pids.size());
        if (signal.equals("STOP")) {
            return stopFor(pid, strike);
        }
        return signal(pid, signal);
    }

    private boolean stopFor(long pid, Strike strike) throws IOException, InterruptedException {
        synchronized (stopped) {
            stopped.add(pid);
        }
        later(strike, () -> signal(pid, "CONT"));
        return signal(pid, "STOP");
    }

    private boolean jumpClock(Strike strike) throws IOException {
        if (!Files.exists(FAKETIME)) {
            return false;
        }
        Files.writeString(clock, (strike.pick() % 2 == 0 ? "+" : "-") + strike.pick() * 10);
        later(strike, () -> Files.writeString(clock, "+0"));
        return true;
    }

    private static boolean signal(long pid, String signal) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** Processes of replicas that serve, by their ids. */
    private List<Long> replicas() {
        List<Long> pids = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(database.url());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT (placement ->> 'pid')::bigint FROM replica WHERE phase IN ('READY', 'DRAINING') ORDER BY id""")) {
            while (row.next()) {
                pids.add(row.getLong(1));
            }
        } catch (SQLException e) {
            // The database is away: nobody is struck.
        }
        return pids;
    }

    private interface Mending {
        void mend() throws IOException, InterruptedException;
    }

    private void later(Strike strike, Mending mending) {
        var unused = healing.schedule(
                () -> {
                    mending.mend();
                    return null;
                },
                strike.millis(),
                TimeUnit.MILLISECONDS);
    }

    private void heal() throws IOException, InterruptedException {
        healing.shutdown();
        healing.awaitTermination(1, TimeUnit.MINUTES);
        synchronized (stopped) {
            for (long pid : stopped) {
                signal(pid, "CONT");
            }
        }
        for (Server server : servers) {
            server.proxy().blackHole(false);
            server.proxy().delay(0);
            server.startAgain();
            server.awaitReady();
        }
    }

    private long report(Load load, boolean allEnded) throws SQLException, IOException {
        out.println();
        struck.forEach((fault, times) -> out.printf("%-58s %6d%n", fault.text(), times));
        skipped.forEach((fault, times) -> out.printf(
                "%-58s %6d skipped%s%n",
                fault.text(),
                times,
                fault == Fault.REPLICA_CLOCK_JUMPED ? " (needs libfaketime: apt-get install faketime)" : ""));
        out.println();
        try (Connection connection = DriverManager.getConnection(database.url())) {
            out.printf("%-58s %6d%n", "runs accepted", load.accepted().size());
            count(connection, "actions", "SELECT count(*) FROM recorded_action");
            count(connection, "attempts", "SELECT count(*) FROM attempt");
            count(
                    connection,
                    "attempts that the platform lost",
                    "SELECT count(*) FROM attempt WHERE error_code IN ('REPLICA_LOST', 'STORAGE')");
            count(
                    connection,
                    "attempts that failed by themselves",
                    "SELECT count(*) FROM attempt WHERE error_code = 'USER'");
            count(connection, "stale writes refused", "SELECT coalesce(sum(stale_writes), 0) FROM attempt");
            count(connection, "replicas started", "SELECT count(*) FROM replica");
            try (Stream<String> lines = Files.lines(folder.resolve("effects"))) {
                out.printf("%-58s %6d%n", "effects", lines.count());
            }
            out.printf("%nviolations:%n");
            Checker checker = new Checker(connection);
            checker.check(load.accepted(), folder.resolve("effects"));
            checker.report().forEach(out::println);
            out.printf(
                    "%-58s %6d%n",
                    "runs that hang", allEnded ? 0 : load.accepted().size() - load.ended());
            return checker.violations() + (allEnded ? 0 : 1);
        }
    }

    private void count(Connection connection, String what, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            out.printf("%-58s %6d%n", what, row.getLong(1));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
