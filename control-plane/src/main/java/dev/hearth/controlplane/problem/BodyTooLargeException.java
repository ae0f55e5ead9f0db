package dev.hearth.controlplane.problem;

import java.io.IOException;
import org.springframework.util.unit.DataSize;

/** A body is longer than its call allows. An I/O exception, because it is found while the body is read. */
public final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    public BodyTooLargeException(DataSize limit) {
        super("The body is longer than the " + limit.toBytes() + " bytes that this call allows.");
    }
}
