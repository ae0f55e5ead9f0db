package dev.hearth.controlplane.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A way in which work arrives. */
public sealed interface Workload {
    /** All arrivals of a simulation, in the order of their times. The same seed gives the same. */
    default List<Arrival> arrivals(Duration horizon, long seed) {
        List<Arrival> arrivals = new ArrayList<>();
        fill(arrivals, horizon.toMillis(), new Random(seed));
        return arrivals;
    }

    void fill(List<Arrival> arrivals, long horizon, RandomGenerator random);

    /** Independent callers: a Poisson stream. */
    record Steady(double perSecond, Spread service) implements Workload {
        @Override
        public void fill(List<Arrival> arrivals, long horizon, RandomGenerator random) {
            for (double at = gap(random, perSecond); at < horizon; at += gap(random, perSecond)) {
                arrivals.add(arrival(at, service, random));
            }
        }
    }

    /** Fan-outs: many at one moment, now and then. */
    record Bursts(Duration between, int least, int most, Spread service) implements Workload {
        @Override
        public void fill(List<Arrival> arrivals, long horizon, RandomGenerator random) {
            double rate = 1000.0 / between.toMillis();
            for (double at = gap(random, rate); at < horizon; at += gap(random, rate)) {
                int size = random.nextInt(least, most + 1);
                for (int i = 0; i < size; i++) {
                    arrivals.add(arrival(at, service, random));
                }
            }
        }
    }

    /** A day: quiet at midnight, busiest at noon, as a sine. */
    record Diurnal(double perSecondAtNoon, Spread service) implements Workload {
        private static final double DAY = Duration.ofDays(1).toMillis();

        @Override
        public void fill(List<Arrival> arrivals, long horizon, RandomGenerator random) {
            for (double at = gap(random, perSecondAtNoon); at < horizon; at += gap(random, perSecondAtNoon)) {
                double busy = (1 - Math.cos(2 * Math.PI * at / DAY)) / 2;
                if (random.nextDouble() < busy) {
                    arrivals.add(arrival(at, service, random));
                }
            }
        }
    }

    /** Work for a while, nothing for a while. */
    record OnOff(Duration on, Duration off, double perSecond, Spread service) implements Workload {
        @Override
        public void fill(List<Arrival> arrivals, long horizon, RandomGenerator random) {
            long period = on.plus(off).toMillis();
            for (double at = gap(random, perSecond); at < horizon; at += gap(random, perSecond)) {
                if (at % period < on.toMillis()) {
                    arrivals.add(arrival(at, service, random));
                }
            }
        }
    }

    /**
     * The adversary: a few at once, and the next just before or just after a TTL has run out since the last ended, so that
     * whatever was let go is needed at once.
     */
    record NearTtl(Duration ttl, Duration around, int most, Duration service) implements Workload {
        @Override
        public void fill(List<Arrival> arrivals, long horizon, RandomGenerator random) {
            double at = 0;
            while (at < horizon) {
                int size = random.nextInt(1, most + 1);
                for (int i = 0; i < size; i++) {
                    arrivals.add(new Arrival(Duration.ofMillis((long) at), service));
                }
                double late = random.nextDouble(-around.toMillis(), around.toMillis());
                at += Math.max(1, service.toMillis() + ttl.toMillis() + late);
            }
        }
    }

    private static double gap(RandomGenerator random, double perSecond) {
        return random.nextExponential() * 1000 / perSecond;
    }

    private static Arrival arrival(double at, Spread service, RandomGenerator random) {
        return new Arrival(Duration.ofMillis((long) at), service.draw(random));
    }
}
