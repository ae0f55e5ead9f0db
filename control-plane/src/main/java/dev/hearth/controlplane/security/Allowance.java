package dev.hearth.controlplane.security;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** Lets so many through in a minute, and counts the rest. Thread-safe. */
public final class Allowance {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int most;
    private final Clock clock;
    private Instant since = Instant.EPOCH;
    private int taken;
    private long left;

    public Allowance(int most, Clock clock) {
        this.most = most;
        this.clock = clock;
    }

    /** Empty for one too many; otherwise how many were too many since the last that was not. */
    public synchronized OptionalLong take() {
        Instant now = clock.instant();
        if (Duration.between(since, now).abs().compareTo(MINUTE) >= 0) {
            since = now;
            taken = 0;
        }
        if (taken >= most) {
            left++;
            return OptionalLong.empty();
        }
        taken++;
        long before = left;
        left = 0;
        return OptionalLong.of(before);
    }
}
