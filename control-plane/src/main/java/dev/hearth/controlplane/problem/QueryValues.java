package dev.hearth.controlplane.problem;

import dev.hearth.model.Violation;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what stands in the query of a call; refuses, naming the parameter, what it cannot read. */
public final class QueryValues {
    private static final int LONGEST_FILTER = 200;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?)(ms|s|m|h|d)?");

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

    /** Refuses an empty text and one that the database cannot hold: a filter that filters nothing would go unnoticed. */
    public static @Nullable String filter(String field, @Nullable String text) {
        if (text != null && (text.isBlank() || text.length() > LONGEST_FILTER || !Texts.isStorable(text))) {
            throw ProblemException.invalid(new Violation(
                    field,
                    text,
                    "must be a text of 1 to " + LONGEST_FILTER
                            + " characters, not blank; leave it out to filter nothing"));
        }
        return text;
    }

    /** One or more of these, separated by commas, in their order; null = all. */
    public static <E extends Enum<E>> @Nullable Set<E> anyOf(String field, @Nullable String text, Set<E> allowed) {
        if (text == null) {
            return null;
        }
        List<String> names =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (!allowed.stream().map(Enum::name).toList().containsAll(names)) {
            throw ProblemException.invalid(new Violation(
                    field,
                    text,
                    "must be one or more of "
                            + allowed.stream().map(Enum::name).collect(Collectors.joining(", "))
                            + ", separated by commas"));
        }
        return allowed.stream()
                .filter(each -> names.contains(each.name()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A time in ISO-8601, or how long before now it is: {@code 1h}, {@code PT1H}. Cut to what the database can hold. */
    public static Instant since(String field, String text, Instant now) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time.isAfter(LATEST) ? LATEST : time;
        } catch (DateTimeParseException noTime) {
            // Perhaps a duration.
        }
        Duration back = durationOrNull(text);
        if (back == null) {
            throw ProblemException.invalid(new Violation(
                    field,
                    text,
                    "must be a time in ISO-8601 (\"2026-01-31T12:00:00Z\"; in a query '+' is written %2B), or a duration"
                            + " back from now (\"30m\", \"1h\", \"2d\", \"PT1H\")"));
        }
        Duration most = Duration.between(Instant.EPOCH, now);
        return now.minus(back.compareTo(most) > 0 ? most : back);
    }

    /** Reads {@code 30s}, {@code 500ms}, {@code 2m}, {@code 1h}, {@code 1d}, plain seconds, or ISO-8601. */
    public static Duration duration(String field, String text) {
        Duration duration = durationOrNull(text);
        if (duration == null) {
            throw ProblemException.invalid(new Violation(
                    field,
                    text,
                    "must be a duration that is not negative: seconds (\"30\", \"30s\"), or ISO-8601 (\"PT30S\")"));
        }
        return duration;
    }

    private static @Nullable Duration durationOrNull(String text) {
        var shortForm = SHORT_DURATION.matcher(text);
        if (shortForm.matches()) {
            double number = Double.parseDouble(shortForm.group(1));
            long millisPerUnit = millis(shortForm.group(2));
            return Duration.ofMillis(Math.round(number * millisPerUnit));
        }
        try {
            Duration duration = Duration.parse(text);
            return duration.isNegative() ? null : duration;
        } catch (DateTimeParseException | ArithmeticException unreadable) {
            return null;
        }
    }

    private static long millis(@Nullable String unit) {
        if (unit == null) {
            return 1_000;
        }
        return switch (unit) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 1_000;
        };
    }
}
