package dev.hearth.benchmarks;

import dev.hearth.examples.ReuseConcurrency;
import dev.hearth.sdk.Hearth;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Measures a running server: {@code Bench ENDPOINT JDBC_URL}. Prints each figure beside the floor (durable commits, HTTP
 * round trips) and a peer (db-scheduler) measured in the same run on the same PostgreSQL.
 */
public final class Bench {
    private static final int SOURCE_FAN_OUT = 500;
    private static final int WIDE_FAN_OUT = 10_000;

    private final PrintStream out;

    private Bench(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: Bench ENDPOINT FILE_WITH_JDBC_URL   (start it with ./hearth bench)");
            System.exit(2);
        }
        new Bench(System.out)
                .run(arguments[0], Files.readString(Path.of(arguments[1])).strip());
    }

    private void run(String endpoint, String jdbcUrl) throws Exception {
        out.printf("%d processors, %s%n%n", Runtime.getRuntime().availableProcessors(), Runtime.version());
        try (Hearth hearth = Hearth.connect(endpoint)) {
            hearth.deploy(ReuseConcurrency.ENV);
            out.println("warming up ...");
            Sample fanOut = fanOut(hearth, SOURCE_FAN_OUT, 10, 20);
            Sample one = Sample.of(
                    2_000,
                    2_000,
                    () -> hearth.run(ReuseConcurrency.NOOP, new ReuseConcurrency.X(1))
                            .await());
            Sample called =
                    Sample.of(1_000, 2_000, () -> hearth.call(ReuseConcurrency.NOOP, new ReuseConcurrency.X(1)));
            Sample wide = fanOut(hearth, WIDE_FAN_OUT, 2, 7);
            Sample http = httpRoundTrips(endpoint);
            try (Peer peer = Peer.beside(jdbcUrl)) {
                Sample commit = peer.commits();
                Sample peerOne = peer.one();
                Sample peerFanOut = peer.many(SOURCE_FAN_OUT, 20);
                Sample peerWide = peer.many(WIDE_FAN_OUT, 5);
                out.printf("%-46s %12s %12s %12s   %s%n", "", "median", "p99", "best", "beside");
                row("floor: durable one-row commit", commit, "");
                row("floor: HTTP round trip", http, "");
                row(
                        "one warm no-op run, submitted and awaited",
                        one,
                        ratio(
                                        "2 commits + 2 round trips",
                                        one.median().toNanos()
                                                / (2.0
                                                        * (commit.median().toNanos()
                                                                + http.median().toNanos())))
                                + ", " + ratio("db-scheduler, no results", one.ratioTo(peerOne)));
                row(
                        "the same with one request (Hearth.call)",
                        called,
                        ratio(
                                        "2 commits + 1 round trip",
                                        called.median().toNanos()
                                                / (2.0 * commit.median().toNanos()
                                                        + http.median().toNanos()))
                                + ", " + ratio("db-scheduler, no results", called.ratioTo(peerOne)));
                row("db-scheduler: one no-op", peerOne, "");
                row(
                        "n = 500 fan-out, from run to result",
                        fanOut,
                        ratio("db-scheduler, no results", fanOut.ratioTo(peerFanOut)));
                row("db-scheduler: 500 no-ops", peerFanOut, "");
                row(
                        "10,000 children of one parent",
                        wide,
                        rate(wide) + ", " + ratio("db-scheduler, no results", wide.ratioTo(peerWide)));
                row("db-scheduler: 10,000 no-ops", peerWide, rate(peerWide));
            }
        }
    }

    private static Sample fanOut(Hearth hearth, int children, int warmups, int repeats) throws Exception {
        int expected = children * (children - 1) / 2;
        return Sample.of(warmups, repeats, () -> {
            int sum = hearth.run(ReuseConcurrency.MAIN, new ReuseConcurrency.Fanout(children))
                    .await();
            if (sum != expected) {
                throw new IllegalStateException("expected " + expected + ", got " + sum);
            }
        });
    }

    private static Sample httpRoundTrips(String endpoint) throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint + "/actuator/health/liveness"))
                    .build();
            return Sample.of(500, 2_000, () -> http.send(request, BodyHandlers.discarding()));
        }
    }

    private void row(String what, Sample sample, String beside) {
        out.printf(
                "%-46s %12s %12s %12s   %s%n",
                what,
                Sample.millis(sample.median()),
                Sample.millis(sample.percentile(0.99)),
                Sample.millis(sample.best()),
                beside);
    }

    private static String rate(Sample sample) {
        return String.format(Locale.ROOT, "%,.0f tasks/s", sample.perSecond(WIDE_FAN_OUT));
    }

    private static String ratio(String to, double value) {
        return String.format(Locale.ROOT, "%.1f x %s", value, to);
    }
}
