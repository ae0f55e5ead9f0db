package dev.hearth.controlplane.simulation;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Plays every scenario under the plain and under the patient policy, with all laws checked, and prints what came of it. */
public final class SimulationReport {
    /** Hours of one simulation: long enough for its days, short enough for many of them. */
    private static final int HOURS_EACH = 48;

    /**
     * Totals of one scenario under one policy.
     *
     * @param oracle replica-seconds of somebody who knows the future
     */
    public record Line(
            String scenario,
            boolean patient,
            double hours,
            long ticks,
            long looks,
            long arrivals,
            long starts,
            long stops,
            double replicaSeconds,
            double oracle,
            Waits waits,
            List<Violation> violations) {
        double meanReplicas() {
            return replicaSeconds / hours / 3600;
        }
    }

    private final int hours;
    private final long seed;

    /**
     * @param hours to simulate under each of the two policies, all scenarios together, 1 or more
     * @param seed of the first simulation; each further one has the next
     */
    public SimulationReport(int hours, long seed) {
        this.hours = hours;
        this.seed = seed;
    }

    /** Prints the report; {@code --hours N} (10000), {@code --seed S} (1). Exit status 1 if a law was broken. */
    public static void main(String[] args) throws InterruptedException {
        int hours = 10_000;
        long seed = 1;
        for (int i = 0; i < args.length; i++) {
            boolean hasNumber = i + 1 < args.length && args[i + 1].matches("\\d{1,9}");
            if (args[i].equals("--hours") && hasNumber) {
                hours = Math.max(1, Integer.parseInt(args[++i]));
            } else if (args[i].equals("--seed") && hasNumber) {
                seed = Long.parseLong(args[++i]);
            } else {
                System.err.println("hearth simulate: unknown option " + args[i] + "; see hearth simulate --help");
                System.exit(2);
            }
        }
        SimulationReport report = new SimulationReport(hours, seed);
        long before = System.nanoTime();
        List<Line> lines = report.play();
        report.print(lines, Duration.ofNanos(System.nanoTime() - before), System.out);
        System.exit(lines.stream().allMatch(line -> line.violations().isEmpty()) ? 0 : 1);
    }

    /** Two lines a scenario: plain, then patient. */
    public List<Line> play() throws InterruptedException {
        int each = Math.max(1, Math.ceilDiv(hours, Scenario.ALL.size() * HOURS_EACH));
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Callable<Line>> tasks = new ArrayList<>();
            for (Scenario scenario : Scenario.ALL) {
                tasks.add(() -> line(scenario, false, each));
                tasks.add(() -> line(scenario, true, each));
            }
            List<Line> lines = new ArrayList<>();
            for (Future<Line> done : workers.invokeAll(tasks)) {
                lines.add(done.get());
            }
            return lines;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a simulation broke", e.getCause());
        }
    }

    private Line line(Scenario scenario, boolean patient, int times) {
        Duration horizon = Duration.ofHours(HOURS_EACH);
        double simulated = 0;
        long ticks = 0;
        long looks = 0;
        long arrivals = 0;
        long starts = 0;
        long stops = 0;
        double cost = 0;
        double oracle = 0;
        Waits waits = new Waits();
        List<Violation> violations = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Outcome outcome = scenario.play(horizon, seed + i, patient);
            simulated += outcome.simulated().toMillis() / 3_600_000.0;
            ticks += outcome.ticks();
            looks += outcome.looks();
            arrivals += outcome.arrivals();
            starts += outcome.starts();
            stops += outcome.stops();
            cost += outcome.replicaSeconds();
            oracle += scenario.oracle(horizon, seed + i);
            waits.addAll(outcome.waits());
            violations.addAll(outcome.violations());
        }
        return new Line(
                scenario.name(),
                patient,
                simulated,
                ticks,
                looks,
                arrivals,
                starts,
                stops,
                cost,
                oracle,
                waits,
                violations);
    }

    /** The table, what patience is worth, and the verdict of the laws. */
    public void print(List<Line> lines, Duration took, PrintStream out) {
        String form = "%-26s %-7s %7s %11s %9s %9s %8s %8s %8s %9s %9s %11s %7s%n";
        out.printf(
                form,
                "scenario",
                "policy",
                "hours",
                "ticks",
                "looks",
                "arrivals",
                "starts",
                "stops",
                "replicas",
                "wait mean",
                "wait p99",
                "cost (r-s)",
                "oracle");
        for (Line line : lines) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %-7s %,7.0f %,11d %,9d %,9d %,8d %,8d %8.2f %6d ms %6d ms %,11.0f %6.2fx%n",
                    line.scenario(),
                    line.patient() ? "patient" : "plain",
                    line.hours(),
                    line.ticks(),
                    line.looks(),
                    line.arrivals(),
                    line.starts(),
                    line.stops(),
                    line.meanReplicas(),
                    line.waits().mean().toMillis(),
                    line.waits().percentile(99).toMillis(),
                    line.replicaSeconds(),
                    line.replicaSeconds() / line.oracle());
        }
        out.printf(
                Locale.ROOT,
                "%nPatience (no start for a queue that is gone before the replica is up), against plain:%n");
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            Line plain = lines.get(i);
            Line patient = lines.get(i + 1);
            out.printf(
                    Locale.ROOT,
                    "%-26s starts %+5.0f %%, cost %+5.1f %%, mean wait %+6d ms, p99 %+6d ms%n",
                    plain.scenario(),
                    percent(plain.starts(), patient.starts()),
                    percent(plain.replicaSeconds(), patient.replicaSeconds()),
                    patient.waits().mean().minus(plain.waits().mean()).toMillis(),
                    patient.waits()
                            .percentile(99)
                            .minus(plain.waits().percentile(99))
                            .toMillis());
        }
        List<Violation> violations =
                lines.stream().flatMap(line -> line.violations().stream()).toList();
        out.printf(
                Locale.ROOT,
                "%n%,.0f simulated hours, %d laws checked at every one of %,d looks: %d violations. Seeds from %d; took %.1f s.%n",
                lines.stream().mapToDouble(Line::hours).sum(),
                Law.values().length,
                lines.stream().mapToLong(Line::looks).sum(),
                violations.size(),
                seed,
                took.toMillis() / 1000.0);
        violations.stream().limit(20).forEach(out::println);
    }

    private static double percent(double before, double after) {
        return before == 0 ? 0 : 100 * (after - before) / before;
    }
}
