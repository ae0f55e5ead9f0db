package dev.hearth.controlplane.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes a problem straight to the response, for filters, which answer before the calls are dispatched. */
@Component
public final class ProblemWriter {
    /** When a caller who was refused for want of room may try again. */
    static final String RETRY_SECONDS = "1";

    private final JsonMapper json;
    private final ObjectProvider<ProblemForm> forms;

    ProblemWriter(JsonMapper json, ObjectProvider<ProblemForm> forms) {
        this.json = json;
        this.forms = forms;
    }

    public void write(HttpServletRequest request, HttpServletResponse response, ProblemException exception)
            throws IOException {
        Optional<ProblemForm> form =
                forms.stream().filter(each -> each.isReadBy(request)).findFirst();
        if (form.isPresent()) {
            form.get().write(response, exception);
        } else {
            write(response, exception);
        }
    }

    private void write(HttpServletResponse response, ProblemException exception) throws IOException {
        ProblemDetail problem = ProblemDetails.of(exception);
        response.setStatus(problem.getStatus());
        if (exception.status() == HttpStatus.SERVICE_UNAVAILABLE) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(problem));
    }
}
