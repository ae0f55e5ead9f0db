package dev.hearth.controlplane.signals;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting loop. Rings that come while the loop works are kept as one. Thread-safe. */
public final class Bell {
    private final Semaphore rings = new Semaphore(0);

    /** Wakes the loop now, or as soon as it waits again. */
    public void ring() {
        if (rings.availablePermits() == 0) {
            rings.release();
        }
    }

    /** Waits for a ring, at most {@code patience}; answers whether it rang. */
    public boolean await(Duration patience) throws InterruptedException {
        boolean rang = rings.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        rings.drainPermits();
        return rang;
    }
}
