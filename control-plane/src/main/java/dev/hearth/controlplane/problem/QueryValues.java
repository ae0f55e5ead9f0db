package dev.hearth.controlplane.problem;

import dev.hearth.model.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what stands in the query of a call; refuses, naming the parameter, what it cannot read. */
public final class QueryValues {
    /** Page size of lists, unless asked otherwise. */
    public static final int DEFAULT_LIMIT = 50;

    private static final int MAX_LIMIT = 500;
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?)(ms|s|m|h)?");

    /** What a name may look like, as a sentence for messages. */
    public static final String NAME_RULE = "must be 1 to 63 letters, digits, '_', '.' or '-', and begin with a letter";

    private QueryValues() {}

    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Refuses a text that is no name of an environment, a task or a project. */
    public static String name(String field, String text) {
        if (!isName(text)) {
            throw ProblemException.invalid(new Violation(field, text, NAME_RULE));
        }
        return text;
    }

    public static int limit(@Nullable Integer limit) {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            throw ProblemException.invalid(new Violation("limit", limit, "must be 1 to " + MAX_LIMIT));
        }
        return limit;
    }

    /** The key behind which a page ends, in a form that clients only hand back. */
    public static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The key in a cursor; null if there is no cursor. */
    public static @Nullable String key(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String key = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            // What does not come back the same was not made here.
            if (!key.isEmpty() && Texts.isStorable(key) && cursor(key).equals(cursor)) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below.
        }
        throw badCursor(cursor);
    }

    /** The number in a cursor of a list that is ordered by a number; null if there is no cursor. */
    public static @Nullable Long numberKey(@Nullable String cursor) {
        String key = key(cursor);
        try {
            return key == null ? null : Long.valueOf(key);
        } catch (NumberFormatException notOurs) {
            throw badCursor(String.valueOf(cursor));
        }
    }

    /** Reads {@code 30s}, {@code 500ms}, {@code 2m}, {@code 1h}, plain seconds, or ISO-8601. */
    public static Duration duration(String field, String text) {
        var shortForm = SHORT_DURATION.matcher(text);
        if (shortForm.matches()) {
            double number = Double.parseDouble(shortForm.group(1));
            long millisPerUnit = millis(shortForm.group(2));
            return Duration.ofMillis(Math.round(number * millisPerUnit));
        }
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException unreadable) {
            // Refused below.
        }
        throw ProblemException.invalid(new Violation(
                field,
                text,
                "must be a duration that is not negative: seconds (\"30\", \"30s\"), or ISO-8601 (\"PT30S\")"));
    }

    private static long millis(@Nullable String unit) {
        if (unit == null) {
            return 1_000;
        }
        return switch (unit) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 1_000;
        };
    }

    private static ProblemException badCursor(String cursor) {
        return ProblemException.invalid(
                new Violation("cursor", cursor, "must be the nextCursor of an earlier page of this list"));
    }
}
