package dev.hearth.cli;

import dev.hearth.api.BundleView;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.RunView;
import dev.hearth.api.SubmittedRun;
import dev.hearth.model.ActionPhase;
import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
        name = "demo",
        description = {
            "Start everything, run one parent with n children on two warm replicas, cold and warm, and end clean.",
            "Data goes to HEARTH_HOME (default .hearth)."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String ENVIRONMENT = "reuse_concurrency";

    @Option(names = "--n", defaultValue = "500", description = "Children (default: ${DEFAULT-VALUE}).")
    private int n = 500;

    @Option(names = "--keep", description = "Leave the server running.")
    private boolean keep;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A finished run and how long it took from its submit to its result. */
    private record Timed(SubmittedRun submitted, RunView run, double seconds) {}

    @Override
    public Integer call() throws Exception {
        if (n < 1 || n > 100_000) {
            throw new UsageException("--n must be 1 to 100000, was " + n);
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path home = Path.of(System.getenv().getOrDefault("HEARTH_HOME", ".hearth"));
        LocalServer server = LocalServer.start(home, err);
        boolean right;
        try (Rest rest = server.connect()) {
            right = show(server, rest, out, err);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        if (keep) {
            out.printf("%nThe server goes on: %s   (stop it with: kill %d)%n", server.endpoint(), server.pid());
        } else {
            List<Long> left = server.stop();
            out.println(left.isEmpty() ? "\nStopped, no process left." : "\nStill running: " + left);
            right &= left.isEmpty();
        }
        out.flush();
        return right ? 0 : HearthCommand.RUN_FAILED;
    }

    private boolean show(LocalServer server, Rest rest, PrintWriter out, PrintWriter err) throws Exception {
        out.printf("Server %s, data in %s%n", server.endpoint(), server.home().toAbsolutePath());
        deploy(rest, out);
        Timed cold = run(rest, out, err);
        Timed warm = run(rest, out, err);
        out.printf("%nrun      %s%n", warm.run().name());
        out.printf("url      %s%n", warm.submitted().url());
        out.printf("output   %s%n", warm.run().output());
        actionsByReplica(rest, warm.run().name())
                .forEach((replica, count) -> out.printf("replica  %s ran %d actions%n", replica, count));
        rest.get("/api/v1/environments/" + ENVIRONMENT + "/replicas", JsonNode.class)
                .get("items")
                .forEach(replica -> out.printf(
                        "replica  %s cold start %s ms (%s)%n",
                        replica.get("id").asString(),
                        replica.path("coldStartMs").asString("-"),
                        replica.path("placement").asString("-")));
        out.printf(Locale.ROOT, "cold     %.3f s from run to result%n", cold.seconds());
        out.printf(Locale.ROOT, "warm     %.3f s from run to result%n", warm.seconds());
        out.flush();
        return isRight(cold) && isRight(warm);
    }

    private static void deploy(Rest rest, PrintWriter out) throws Exception {
        byte[] jar = Files.readAllBytes(Installation.find().examplesJar());
        BundleView bundle = rest.upload("/api/v1/bundles", jar, "application/java-archive", BundleView.class);
        DeclaredEnvironment declared = bundle.environments().stream()
                .filter(environment -> environment.name().equals(ENVIRONMENT))
                .findFirst()
                .orElseThrow(() -> new UsageException("the examples declare no environment " + ENVIRONMENT));
        String version = DeployCommand.deploy(rest, declared, bundle.sha256(), "project=default")
                .version();
        out.printf("Deployed %s version %s: 2 replicas, 100 slots each%n", ENVIRONMENT, version);
        out.flush();
    }

    private Timed run(Rest rest, PrintWriter out, PrintWriter err) {
        long start = System.nanoTime();
        SubmittedRun submitted = rest.send(
                "POST",
                "/api/v1/runs",
                Map.of("environment", ENVIRONMENT, "task", ENVIRONMENT, "input", Map.of("n", n)),
                SubmittedRun.class);
        out.flush();
        RunView run = Progress.until(rest, submitted.name(), err);
        return new Timed(submitted, run, (System.nanoTime() - start) / 1e9);
    }

    /** Counted page by page. */
    private static Map<String, Integer> actionsByReplica(Rest rest, String run) {
        Map<String, Integer> counts = new TreeMap<>();
        String cursor = "";
        while (true) {
            JsonNode page = rest.get("/api/v1/runs/" + run + "/actions?limit=500" + cursor, JsonNode.class);
            page.get("items")
                    .forEach(action -> counts.merge(action.path("replica").asString("-"), 1, Integer::sum));
            if (!page.hasNonNull("nextCursor")) {
                return counts;
            }
            cursor = "&cursor=" + page.get("nextCursor").asString();
        }
    }

    private boolean isRight(Timed timed) {
        long expected = (long) n * (n - 1) / 2;
        RunView run = timed.run();
        return run.phase() == ActionPhase.SUCCEEDED
                && run.output() != null
                && run.output().text().equals(Long.toString(expected));
    }
}
