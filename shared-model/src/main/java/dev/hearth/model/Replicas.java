package dev.hearth.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * How many replicas a pool may have. In JSON a number (fixed) or {@code [min, max]}.
 *
 * @param min replicas that a warm pool never goes below, at least 0; 0 means that nothing is kept warm
 * @param max replicas that a pool never goes above, at least 1 and at least {@code min}
 */
public record Replicas(int min, int max) {

    /** Refuses what {@link #violations} names. */
    public Replicas {
        List<Violation> violations = violations("replicas", min, max);
        if (!violations.isEmpty()) {
            throw new InvalidSpecException(violations);
        }
    }

    public static Replicas fixed(int count) {
        return new Replicas(count, count);
    }

    @JsonCreator
    static Replicas fromJson(Object json) {
        if (json instanceof Integer count) {
            return fixed(count);
        }
        if (json instanceof List<?> bounds
                && bounds.size() == 2
                && bounds.get(0) instanceof Integer min
                && bounds.get(1) instanceof Integer max) {
            return new Replicas(min, max);
        }
        throw new InvalidSpecException(List.of(new Violation("replicas", json, FORM)));
    }

    /** What {@code replicas} may look like, as a sentence for error messages. */
    public static final String FORM = "must be a whole number (fixed size) or [min, max], two whole numbers";

    /** The faults of a pair of bounds, none if it is legal. */
    public static List<Violation> violations(String field, int min, int max) {
        Object value = min == max ? (Object) min : List.of(min, max);
        if (min < 0) {
            return List.of(new Violation(field, value, "min must be 0 or more, was " + min));
        }
        if (max < 1) {
            return List.of(new Violation(field, value, "max must be 1 or more, was " + max));
        }
        if (max < min) {
            return List.of(new Violation(field, value, "max must be at least min, was min " + min + " and max " + max));
        }
        return List.of();
    }

    public boolean isFixed() {
        return min == max;
    }

    @JsonValue
    Object toJson() {
        return isFixed() ? (Object) min : List.of(min, max);
    }

    @Override
    public String toString() {
        return isFixed() ? Integer.toString(min) : "(" + min + ", " + max + ")";
    }
}
