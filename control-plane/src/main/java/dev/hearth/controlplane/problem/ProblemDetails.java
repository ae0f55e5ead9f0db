package dev.hearth.controlplane.problem;

import dev.hearth.model.Violation;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/** Makes the body of problem answers. */
final class ProblemDetails {
    private static final int LONGEST_VALUE = 200;

    private ProblemDetails() {}

    static ProblemDetail of(ProblemException exception) {
        return of(exception.status(), exception.title(), exception.detail(), exception.errors());
    }

    static ProblemDetail of(HttpStatusCode status, String title, String detail, List<Violation> errors) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setTitle(title);
        if (!errors.isEmpty()) {
            problem.setProperty(
                    "errors", errors.stream().map(ProblemDetails::shortened).toList());
        }
        return problem;
    }

    static String summary(List<Violation> errors) {
        return errors.stream()
                .map(error -> error.field().isEmpty() ? error.message() : error.field() + ": " + error.message())
                .collect(Collectors.joining("; "));
    }

    /** Nobody wants their 10 MB back in an error. */
    private static Violation shortened(Violation error) {
        return new Violation(error.field(), shortened(error.value()), error.message());
    }

    private static @Nullable Object shortened(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        String text = value.toString();
        if (text.length() > LONGEST_VALUE) {
            return text.substring(0, LONGEST_VALUE) + "... (" + text.length() + " characters)";
        }
        return value instanceof Iterable<?> || value instanceof tools.jackson.databind.JsonNode ? value : text;
    }
}
