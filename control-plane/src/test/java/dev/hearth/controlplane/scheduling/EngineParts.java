package dev.hearth.controlplane.scheduling;

import dev.hearth.controlplane.signals.Signals;
import java.time.Clock;

/** Makes this package's parts for the tests of others. */
public final class EngineParts {
    private EngineParts() {}

    public static Dispatcher dispatcher(Clock clock) {
        return new Dispatcher(new Signals(), clock);
    }
}
