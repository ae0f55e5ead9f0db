package dev.hearth.controlplane.environment;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.model.ReusePolicy;
import java.util.List;

/** Says what is legal in a spec but likely not meant. */
final class Warnings {
    private Warnings() {}

    static List<String> of(EnvironmentSpec spec) {
        ReusePolicy reuse = spec.reuse();
        boolean oneSlot = reuse != null && reuse.replicas().max() == 1 && reuse.concurrency() == 1;
        return oneSlot
                ? List.of(
                        "This pool has one slot in all (one replica, concurrency 1): a task that waits for tasks of the same"
                                + " environment can starve its children. Raise reuse.replicas or reuse.concurrency if tasks call tasks.")
                : List.of();
    }
}
