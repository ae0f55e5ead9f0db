package dev.hearth.worker;

import dev.hearth.model.ErrorCode;
import dev.hearth.sdk.NonRetryable;
import dev.hearth.wire.Failure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a report says of the throwable that ended an execution. A throwable is code of the task: its message, its text and its
 * stack may be null, endless, or throw themselves, and the report is made all the same.
 */
final class Failures {
    private static final int LONGEST_MESSAGE = 8 << 10;
    private static final int LONGEST_DETAILS = 64 << 10;

    private Failures() {}

    static Failure of(Throwable fault, boolean cancelled) {
        return Failure.newBuilder()
                .setCode(code(fault, cancelled))
                .setMessage(message(fault))
                .setDetails(stack(fault))
                .setNonRetryable(fault instanceof NonRetryable)
                .build();
    }

    private static String code(Throwable fault, boolean cancelled) {
        return switch (fault) {
            case RefusedException refused -> refused.code();
            case OutOfMemoryError outOfMemory -> ErrorCode.OUT_OF_MEMORY;
            case NonRetryable nonRetryable -> Objects.requireNonNullElse(nonRetryable.code(), ErrorCode.USER);
            default -> cancelled ? ErrorCode.CANCELLED : ErrorCode.USER;
        };
    }

    private static String message(Throwable fault) {
        return told(fault, () -> cut(words(fault), LONGEST_MESSAGE));
    }

    private static @Nullable Object words(Throwable fault) {
        return switch (fault) {
            case RefusedException refused -> refused.getMessage();
            // These say what cannot be used, and their cause says why: at the first time the fault itself, later what
            // Java kept of it.
            case ExceptionInInitializerError first
            when first.getCause() != null ->
                "class " + initialised(first.getCause()) + " could not be initialised: " + first.getCause();
            case NoClassDefFoundError later when later.getCause() != null -> later + ", " + later.getCause();
            default -> fault;
        };
    }

    private static String initialised(Throwable cause) {
        return Stream.of(cause.getStackTrace())
                .filter(frame -> frame.getMethodName().equals("<clinit>"))
                .map(StackTraceElement::getClassName)
                .findFirst()
                .orElse("(unknown)");
    }

    /** What was written before printing failed stays: the fault may lie in a cause far below. A refusal is told by its message. */
    private static String stack(Throwable fault) {
        if (fault instanceof RefusedException) {
            return "";
        }
        StringWriter stack = new StringWriter();
        String note = told(fault, () -> {
            fault.printStackTrace(new PrintWriter(stack));
            return "";
        });
        return told(fault, () -> cut(stack.getBuffer(), LONGEST_DETAILS)) + note;
    }

    private static String told(Throwable fault, Supplier<String> words) {
        try {
            return words.get();
        } catch (Throwable broken) {
            return fault.getClass().getName() + " (it threw "
                    + broken.getClass().getName() + " when it was asked what happened)";
        }
    }

    private static String cut(@Nullable Object words, int longest) {
        String text = String.valueOf(words);
        return text.length() <= longest ? text : text.substring(0, longest) + " ...";
    }
}
