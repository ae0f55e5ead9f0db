package dev.hearth.controlplane.problem;

import dev.hearth.model.Violation;
import java.util.List;
import org.springframework.http.HttpStatus;

/** A request cannot be served, for a reason that its sender should read. Becomes an RFC 9457 answer. */
public class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String title;
    private final transient List<Violation> errors;

    /**
     * @param detail what happened here and what to do next, as a sentence
     * @param errors the faulty fields, none if the fault lies in no field
     */
    public ProblemException(HttpStatus status, String title, String detail, List<Violation> errors) {
        super(detail);
        this.status = status;
        this.title = title;
        this.errors = List.copyOf(errors);
    }

    /** 400 with the faults of a request. The detail sums them up. */
    public static ProblemException invalid(List<Violation> errors) {
        return new ProblemException(HttpStatus.BAD_REQUEST, "Invalid request", ProblemDetails.summary(errors), errors);
    }

    public static ProblemException invalid(Violation error) {
        return invalid(List.of(error));
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(HttpStatus.NOT_FOUND, "Not found", detail, List.of());
    }

    public static ProblemException conflict(String detail) {
        return new ProblemException(HttpStatus.CONFLICT, "Conflict", detail, List.of());
    }

    public HttpStatus status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** What happened here, as a sentence. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    public List<Violation> errors() {
        return errors;
    }
}
