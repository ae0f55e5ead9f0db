package dev.hearth.controlplane.problem;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what failed before or after the calls were dispatched: in a filter, or in the container. */
@Hidden
@RestController
final class ProblemErrorController implements ErrorController {
    private final ProblemWriter problems;

    ProblemErrorController(ProblemWriter problems) {
        this.problems = problems;
    }

    @RequestMapping("/error")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpStatus status = HttpStatus.NOT_FOUND;
        if (request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code) {
            HttpStatus known = HttpStatus.resolve(code);
            status = known == null ? HttpStatus.INTERNAL_SERVER_ERROR : known;
        }
        String detail = status.is5xxServerError()
                ? "The server failed at this request; its log says why."
                : "The server cannot take this request: " + status.getReasonPhrase() + ".";
        problems.write(request, response, new ProblemException(status, status.getReasonPhrase(), detail, List.of()));
    }
}
