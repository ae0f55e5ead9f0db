package dev.hearth.benchmarks;

import dev.hearth.examples.ReuseConcurrency;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Rest;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Measures what a long queue costs: {@code Backlog ENDPOINT FILE_WITH_JDBC_URL ACTIONS}. A paused environment is given a short queue and
 * then a long one; the rates of submits and of executions with the long one are printed beside those with the short one, and
 * the server's heap beside both.
 */
public final class Backlog {
    private static final String ENVIRONMENT = ReuseConcurrency.ENV.name();
    private static final int SHORT = 1_000;
    private static final int BATCH = 1_000;
    private static final int MEASURED_BATCHES = 40;
    /** Executions that are timed at once, and how often: the medians are compared. */
    private static final int WINDOW = 10_000;

    private static final int WINDOWS = 11;
    private static final List<Map<String, Integer>> INPUTS = Collections.nCopies(BATCH, Map.of("x", 1));

    private final Rest rest;
    private final Connection database;
    private final PrintStream out;
    private double highestHeap;

    private Backlog(Rest rest, Connection database, PrintStream out) {
        this.rest = rest;
        this.database = database;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println(
                    "usage: Backlog ENDPOINT FILE_WITH_JDBC_URL ACTIONS   (start it with ./hearth bench --queued ACTIONS)");
            System.exit(2);
        }
        try (Hearth hearth = Hearth.connect(arguments[0]);
                Rest rest = new Rest(arguments[0], System.getenv("HEARTH_TOKEN"));
                Connection database = DriverManager.getConnection(
                        Files.readString(Path.of(arguments[1])).strip())) {
            hearth.deploy(ReuseConcurrency.ENV);
            for (int i = 0; i < 20; i++) {
                hearth.run(ReuseConcurrency.MAIN, new ReuseConcurrency.Fanout(1_000))
                        .await();
            }
            new Backlog(rest, database, System.out).run(Integer.parseInt(arguments[2]));
        }
    }

    private void run(int actions) throws Exception {
        out.printf("%d processors, %s%n%n", Runtime.getRuntime().availableProcessors(), Runtime.version());
        List<Double> submits = new ArrayList<>();
        for (int i = 0; i < MEASURED_BATCHES; i++) {
            // A queue of about a thousand: what came before is done before the next thousand comes.
            pause();
            submit(SHORT);
            submits.add(submit(BATCH));
            resume();
            awaitQueue(0);
        }
        double submitsShort = median(submits);
        List<Double> executions = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            pause();
            submit(WINDOW);
            executions.addAll(drain(1));
            awaitQueue(0);
        }
        double executionsShort = median(executions);
        double heapShort = heap();

        pause();
        submit(actions - MEASURED_BATCHES * BATCH);
        List<Double> late = new ArrayList<>();
        for (int i = 0; i < MEASURED_BATCHES; i++) {
            late.add(submit(BATCH));
        }
        double submitsLong = median(late);
        double heapLong = heap();
        double executionsLong = median(drain(WINDOWS));
        awaitQueue(0);
        heap();

        out.printf("%-34s %16s %16s %8s%n", "", "short queue", "long queue", "ratio");
        row("actions queued", SHORT, actions, "");
        row("submits per second, in batches", submitsShort, submitsLong, ratio(submitsLong / submitsShort));
        row("executions per second", executionsShort, executionsLong, ratio(executionsLong / executionsShort));
        row("heap used, MiB", heapShort, heapLong, "");
        out.printf(Locale.ROOT, "highest heap seen at all: %.0f MiB of 512 MiB%n", highestHeap);
    }

    /** Answers submits per second. */
    private double submit(int actions) {
        long before = System.nanoTime();
        for (int sent = 0; sent < actions; sent += BATCH) {
            rest.send(
                    "POST",
                    "/api/v1/runs:batch",
                    Map.of(
                            "environment",
                            ENVIRONMENT,
                            "task",
                            ReuseConcurrency.NOOP.name(),
                            "inputs",
                            INPUTS.subList(0, Math.min(BATCH, actions - sent))),
                    JsonNode.class);
            if (sent % 100_000 == 0) {
                heap();
            }
        }
        return actions / ((System.nanoTime() - before) / 1e9);
    }

    /** Resumes, and answers executions per second in each of so many windows, one after the other. */
    private List<Double> drain(int windows) throws Exception {
        long done = executed();
        resume();
        // From the first hundreds on, so that the moment of waking up is not counted.
        long last = await(done + 500);
        List<Double> rates = new ArrayList<>();
        for (int window = 1; window <= windows; window++) {
            long first = last;
            long from = System.nanoTime();
            last = await(done + (long) window * WINDOW);
            rates.add((last - first) / ((System.nanoTime() - from) / 1e9));
        }
        return rates;
    }

    private long await(long executed) throws Exception {
        long now = executed();
        while (now < executed) {
            Thread.sleep(2);
            now = executed();
        }
        return now;
    }

    private void awaitQueue(long most) throws Exception {
        while (number("SELECT count(*) FROM (SELECT 1 FROM action WHERE phase = 'QUEUED' LIMIT 1) q") > most) {
            Thread.sleep(5);
        }
    }

    private long executed() throws SQLException {
        return number("SELECT coalesce(sum(executed), 0) FROM replica");
    }

    private long number(String query) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void pause() {
        rest.send("POST", "/api/v1/environments/" + ENVIRONMENT + "/pause", null, Object.class);
    }

    private void resume() {
        rest.send("POST", "/api/v1/environments/" + ENVIRONMENT + "/resume", null, Object.class);
    }

    /** MiB in use, garbage included. */
    private double heap() {
        double used = rest.get("/actuator/metrics/jvm.memory.used?tag=area:heap", JsonNode.class)
                        .get("measurements")
                        .get(0)
                        .get("value")
                        .asDouble()
                / (1 << 20);
        highestHeap = Math.max(highestHeap, used);
        return used;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private void row(String what, double one, double other, String ratio) {
        out.printf(Locale.ROOT, "%-34s %,16.0f %,16.0f %8s%n", what, one, other, ratio);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
