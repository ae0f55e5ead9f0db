package dev.hearth.controlplane.problem;

import dev.hearth.api.ExactJson;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Explains why a body could not be read: names the field, what stood there and what is allowed. */
final class UnreadableJson {
    private UnreadableJson() {}

    static ProblemException explain(HttpMessageNotReadableException exception) {
        for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyTooLargeException tooLarge) {
                return ProblemAdvice.tooLarge(tooLarge);
            }
            if (cause instanceof InvalidSpecException invalid) {
                return ProblemException.invalid(invalid.violations());
            }
        }
        return switch (exception.getCause()) {
            case null -> unreadable("The body is missing; a JSON document is expected.");
            case UnrecognizedPropertyException unknown -> unknownField(unknown);
            case InvalidFormatException format ->
                invalid(format, format.getValue(), "must be " + kind(format.getTargetType()));
            case MismatchedInputException mismatch -> mismatch(mismatch);
            case JacksonException json -> unwritable(json);
            default -> unreadable("The body cannot be read as JSON in UTF-8.");
        };
    }

    /** A type in the words of JSON. */
    static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return "one of " + Arrays.toString(type.getEnumConstants());
        }
        if (type == Duration.class) {
            return "a duration: seconds as a number, or ISO-8601 such as \"PT30S\"";
        }
        if (type == Instant.class) {
            return "a time in ISO-8601, such as \"2026-01-31T12:00:00Z\"";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == String.class) {
            return "a text (without the character U+0000)";
        }
        if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "a " + type.getSimpleName();
    }

    private static ProblemException unknownField(UnrecognizedPropertyException unknown) {
        List<String> known = unknown.getKnownPropertyIds().stream()
                .map(String::valueOf)
                .sorted()
                .toList();
        return invalid(unknown, null, "is no field here; the fields are " + String.join(", ", known));
    }

    private static ProblemException invalid(JacksonException exception, @Nullable Object value, String message) {
        return ProblemException.invalid(new Violation(path(exception), value, message));
    }

    private static ProblemException mismatch(MismatchedInputException exception) {
        Class<?> target = exception.getTargetType();
        // A tree takes any JSON: what it refuses is how the document is written.
        return target != null && JsonNode.class.isAssignableFrom(target)
                ? unwritable(exception)
                : invalid(exception, null, "must be " + kind(target));
    }

    private static ProblemException unwritable(JacksonException exception) {
        return unreadable("The body is not JSON" + place(exception) + ": " + firstLine(exception) + ".");
    }

    private static ProblemException unreadable(String detail) {
        return new ProblemException(HttpStatus.BAD_REQUEST, "Unreadable body", detail, List.of());
    }

    private static String path(JacksonException exception) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : exception.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    private static String place(JacksonException exception) {
        TokenStreamLocation at = exception.getLocation();
        return at == null || at.getLineNr() < 0 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static String firstLine(JacksonException exception) {
        // What follows these names settings of this server, not anything that the sender could change.
        return ExactJson.words(exception).split(" \\(bound as|: not allowed", 2)[0];
    }
}
