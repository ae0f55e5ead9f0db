package dev.hearth.api;

import java.math.BigDecimal;

/** A decimal that is written as it was read: {@code 1E2} and not {@code 1E+2}, {@code -0} and not {@code 0}. */
final class WrittenDecimal extends BigDecimal {
    private static final long serialVersionUID = 1;

    private final String written;

    WrittenDecimal(BigDecimal value, String written) {
        super(value.unscaledValue(), value.scale());
        this.written = written;
    }

    @Override
    public String toString() {
        return written;
    }
}
