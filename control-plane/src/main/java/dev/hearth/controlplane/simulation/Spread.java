package dev.hearth.controlplane.simulation;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How a duration varies from one time to the next. */
public sealed interface Spread {
    /** The next one, at least a millisecond. */
    default Duration draw(RandomGenerator random) {
        return Duration.ofMillis(Math.max(1, Math.round(millis(random))));
    }

    double millis(RandomGenerator random);

    /** Always the same. */
    record Constant(Duration value) implements Spread {
        @Override
        public double millis(RandomGenerator random) {
            return value.toMillis();
        }
    }

    /** Any value between two, equally likely. */
    record Uniform(Duration least, Duration most) implements Spread {
        @Override
        public double millis(RandomGenerator random) {
            return random.nextDouble(least.toMillis(), Math.max(least.toMillis() + 1, most.toMillis()));
        }
    }

    /** Mostly short, sometimes long, without memory. */
    record Exponential(Duration mean) implements Spread {
        @Override
        public double millis(RandomGenerator random) {
            return random.nextExponential() * mean.toMillis();
        }
    }

    /** Around a median with a long tail: half are within a factor of {@code e^sigma} of it. */
    record LogNormal(Duration median, double sigma) implements Spread {
        @Override
        public double millis(RandomGenerator random) {
            return median.toMillis() * Math.exp(sigma * random.nextGaussian());
        }
    }
}
