package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.problem.ProblemException;
import java.util.List;
import org.springframework.http.HttpStatus;

/** An uploaded file is no bundle of tasks; says why. */
public final class BundleRefusedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    public BundleRefusedException(String detail) {
        super(HttpStatus.BAD_REQUEST, "Not a bundle", detail, List.of());
    }
}
