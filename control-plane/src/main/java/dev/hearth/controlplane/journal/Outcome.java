package dev.hearth.controlplane.journal;

import org.jspecify.annotations.Nullable;

/** How an attempt or an action ended. */
public sealed interface Outcome {

    record Succeeded(Payload output) implements Outcome {}

    /**
     * @param code one of the constants below, or a code of the task's own
     * @param details stack trace of the remote side, if any
     */
    record Failed(String code, String message, @Nullable String details) implements Outcome {
        /** The task's own code failed. */
        public static final String USER = "USER";

        /** The process that ran the attempt died, fell silent or forgot it. */
        public static final String REPLICA_LOST = "REPLICA_LOST";

        /** Ended by a cancel. */
        public static final String CANCELLED = "CANCELLED";
    }
}
