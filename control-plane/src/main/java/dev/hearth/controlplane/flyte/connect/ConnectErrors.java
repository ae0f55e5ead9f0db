package dev.hearth.controlplane.flyte.connect;

import dev.hearth.controlplane.journal.JournalFullException;
import dev.hearth.controlplane.problem.KnownFailures;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.ProblemForm;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Tells callers what went wrong, in the form that they read: a code and a message. */
@Component
final class ConnectErrors implements ProblemForm {
    private static final Logger log = LoggerFactory.getLogger(ConnectErrors.class);

    private final JsonMapper json;

    ConnectErrors(JsonMapper json) {
        this.json = json;
    }

    private record Body(String code, String message) {
        Body(ConnectException exception) {
            this(exception.code().wireName(), exception.text());
        }
    }

    private record Wrapped(Body error) {}

    /** Says what a failure of a handler means to the caller. What nobody foresaw is logged, and nothing of it told. */
    static ConnectException of(Exception failure, String procedure) {
        if (failure instanceof ConnectException known) {
            return known;
        }
        if (failure instanceof JournalFullException) {
            return new ConnectException(
                    Code.RESOURCE_EXHAUSTED,
                    "More is being submitted than the database can store now. Nothing of this request was stored; try"
                            + " again in a second.");
        }
        ProblemException problem = KnownFailures.problem(failure);
        if (problem != null) {
            return of(problem);
        }
        log.error("{} failed", procedure, failure);
        return new ConnectException(
                Code.INTERNAL, "The server failed at this call; its log says why. This is not your fault.");
    }

    private static ConnectException of(ProblemException problem) {
        Code code = switch (problem.status()) {
            case UNAUTHORIZED -> Code.UNAUTHENTICATED;
            case FORBIDDEN -> Code.PERMISSION_DENIED;
            case NOT_FOUND -> Code.NOT_FOUND;
            // Not ALREADY_EXISTS, which Flyte's SDK takes for success.
            case CONFLICT -> Code.FAILED_PRECONDITION;
            case TOO_MANY_REQUESTS -> Code.RESOURCE_EXHAUSTED;
            case SERVICE_UNAVAILABLE -> Code.UNAVAILABLE;
            default -> problem.status().is4xxClientError() ? Code.INVALID_ARGUMENT : Code.INTERNAL;
        };
        return new ConnectException(code, problem.detail());
    }

    @Override
    public boolean isReadBy(HttpServletRequest request) {
        Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = failed == null ? request.getRequestURI() : failed.toString();
        return path.startsWith(ConnectHandler.PREFIX);
    }

    @Override
    public void write(HttpServletResponse response, ProblemException problem) throws IOException {
        write(response, problem.status().value(), of(problem));
    }

    void write(HttpServletResponse response, ConnectException exception) throws IOException {
        write(response, exception.code().status(), exception);
    }

    void write(HttpServletResponse response, int status, ConnectException exception) throws IOException {
        byte[] body = json.writeValueAsBytes(new Body(exception));
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** What a stream says at its end. */
    byte[] wrapped(ConnectException exception) {
        return json.writeValueAsBytes(new Wrapped(new Body(exception)));
    }

    /** What a stream says at its end when nothing went wrong. */
    byte[] none() {
        return new byte[] {'{', '}'};
    }
}
