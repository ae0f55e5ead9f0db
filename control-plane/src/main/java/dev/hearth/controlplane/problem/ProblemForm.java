package dev.hearth.controlplane.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Another form than RFC 9457, for callers who read that one. */
public interface ProblemForm {
    boolean isReadBy(HttpServletRequest request);

    void write(HttpServletResponse response, ProblemException problem) throws IOException;
}
