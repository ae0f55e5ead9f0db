package dev.hearth.controlplane.journal;

import dev.hearth.model.ErrorCode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How an attempt or an action ended. */
public sealed interface Outcome {

    record Succeeded(Payload output) implements Outcome {}

    /**
     * Whoever says so, a code is a name and not a text, and all three fit into a list of thousands: they are cut to 100 characters,
     * 32 Ki and 128 Ki.
     *
     * @param code one of {@link ErrorCode}, or a code of the task's own
     * @param details stack trace of the remote side, if any
     */
    record Failed(String code, String message, @Nullable String details) implements Outcome {
        private static final int LONGEST_CODE = 100;
        private static final int LONGEST_MESSAGE = 32 << 10;
        private static final int LONGEST_DETAILS = 128 << 10;
        private static final Pattern NO_NAME = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]");
        private static final String CUT = " ...";

        public Failed {
            code = code.isBlank()
                    ? ErrorCode.USER
                    : NO_NAME.matcher(cut(code, LONGEST_CODE, "")).replaceAll("\uFFFD");
            message = cut(message, LONGEST_MESSAGE, CUT);
            details = details == null ? null : cut(details, LONGEST_DETAILS, CUT);
        }

        private static String cut(String text, int longest, String mark) {
            if (text.length() <= longest) {
                return text;
            }
            // Not in the middle of a character.
            int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
            return text.substring(0, end) + mark;
        }
    }
}
