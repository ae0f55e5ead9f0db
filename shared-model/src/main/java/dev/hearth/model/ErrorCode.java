package dev.hearth.model;

/** Why an attempt or an action ended badly: codes of the platform. A task may fail with a code of its own as well. */
public final class ErrorCode {
    /** The task's own code threw. */
    public static final String USER = "USER";

    /** The process that ran the attempt died, fell silent or forgot it. */
    public static final String REPLICA_LOST = "REPLICA_LOST";

    /** No replica came up for it. */
    public static final String REPLICA_NEVER_STARTED = "REPLICA_NEVER_STARTED";

    /** It needed more memory than its replica has. */
    public static final String OUT_OF_MEMORY = "OUT_OF_MEMORY";

    /** A Java task called System.exit, and with it ended its replica. */
    public static final String SYSTEM_EXIT = "SYSTEM_EXIT";

    /** It ran longer than its timeout. */
    public static final String TIMED_OUT = "TIMED_OUT";

    /** It waited for a slot longer than its queue timeout. */
    public static final String QUEUE_TIMED_OUT = "QUEUE_TIMED_OUT";

    /** Ended by a cancel. */
    public static final String CANCELLED = "CANCELLED";

    /** The task could not read its input. */
    public static final String INVALID_INPUT = "INVALID_INPUT";

    /** The replica hosts no such task. */
    public static final String UNKNOWN_TASK = "UNKNOWN_TASK";

    /** An input or an output is too large. */
    public static final String TOO_LARGE = "TOO_LARGE";

    /** The blob store could not keep or give a large input or output. */
    public static final String STORAGE = "STORAGE";

    /** A child was refused before it began. */
    public static final String REFUSED = "REFUSED";

    private ErrorCode() {}

    /** Whether another try cannot help. */
    public static boolean isFinal(String code) {
        return switch (code) {
            case CANCELLED, INVALID_INPUT, UNKNOWN_TASK, TOO_LARGE, REFUSED -> true;
            default -> false;
        };
    }

    /** Whether only the platform may say so: such a code decides on phases and on budgets. */
    public static boolean isReserved(String code) {
        return switch (code) {
            case CANCELLED, TIMED_OUT, QUEUE_TIMED_OUT, REPLICA_LOST, REPLICA_NEVER_STARTED, OUT_OF_MEMORY, STORAGE ->
                true;
            default -> false;
        };
    }
}
