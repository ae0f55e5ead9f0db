package dev.hearth.examples;

import static java.time.Duration.ofSeconds;
import static java.util.stream.IntStream.range;

import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Run;
import dev.hearth.sdk.Task;
import java.util.List;

/** One parent task that fans out to n no-op tasks over two warm replicas with a hundred slots each. */
public final class ReuseConcurrency {
    public static final Environment ENV = Environment.named("reuse_concurrency")
            .resources("1", "1Gi")
            .reuse(ReusePolicy.replicas(2)
                    .concurrency(100)
                    .idleTtl(ofSeconds(60))
                    .scaledownTtl(ofSeconds(60)));

    public record X(int x) {}

    public record Fanout(int n) {}

    public static final Task<X, Integer> NOOP = ENV.task("noop", X.class, Integer.class, in -> in.x());

    public static final Task<Fanout, Integer> MAIN = ENV.task("reuse_concurrency", Fanout.class, Integer.class, in -> {
        List<Integer> results = NOOP.map(range(0, in.n()).mapToObj(X::new));
        return results.stream().mapToInt(Integer::intValue).sum();
    });

    private ReuseConcurrency() {}

    public static void main(String[] args) {
        try (Hearth hearth = Hearth.connect()) {
            Run<Integer> run = hearth.run(MAIN, new Fanout(500));
            System.out.println(run.name());
            System.out.println(run.url());
            System.out.println(run.await());
        }
    }
}
