package dev.hearth.api;

import dev.hearth.model.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An RFC 9457 problem as Hearth answers it. */
public record Problem(
        @Nullable String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable List<Violation> errors) {}
