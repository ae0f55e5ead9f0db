package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.scheduling.ClaimedAction;
import dev.hearth.controlplane.scheduling.Slot;
import java.time.Instant;
import java.util.List;

/** What one transaction has done. {@code answers} complete the callers and are run after the commit. */
record Committed(
        Instant at,
        List<Slot> offered,
        List<ClaimedAction> claimed,
        List<Runnable> answers,
        List<ActionChange> changes) {}
