package dev.hearth.controlplane.history;

import java.time.Duration;
import java.time.Instant;

/** What goes with the runs that are dropped. */
public interface Past {
    /**
     * Drops what no run leads to any more. Called each hour, perhaps by several control planes at once; what fails is tried again.
     *
     * @param needed runs that ended before this moment are gone, and none that goes on is older
     * @param keep how long runs are kept behind their end
     */
    void drop(Instant needed, Duration keep);
}
