package dev.hearth.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a replica is replaced by a fresh one, whatever it has gathered: always warm first, then drained. Immutable; the
 * methods named like fields answer a changed copy. Null = no such mark.
 *
 * @param afterExecutions executions that it has served, 1 or more
 * @param afterAge since it came up, longer than 0 s
 * @param aboveHeap live heap after a collection, as {@code "400Mi"} or {@code "1Gi"}
 * @param aboveRss resident memory of its process, as {@code "800Mi"} or {@code "2Gi"}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Recycle(
        @Nullable Long afterExecutions,
        @Nullable Duration afterAge,
        @Nullable String aboveHeap,
        @Nullable String aboveRss) {

    /** No mark: replicas stay as long as their pool needs them. */
    public static final Recycle NEVER = new Recycle(null, null, null, null);

    /** Refuses marks that every replica would have reached at its start. */
    public Recycle {
        List<Violation> violations = new ArrayList<>();
        if (afterExecutions != null && afterExecutions < 1) {
            violations.add(new Violation("afterExecutions", afterExecutions, "must be 1 or more"));
        }
        if (afterAge != null && !afterAge.isPositive()) {
            violations.add(new Violation("afterAge", afterAge, "must be longer than 0 s"));
        }
        checkSize(violations, "aboveHeap", aboveHeap);
        checkSize(violations, "aboveRss", aboveRss);
        if (!violations.isEmpty()) {
            throw new InvalidSpecException(violations);
        }
    }

    public Recycle afterExecutions(long executions) {
        return new Recycle(executions, afterAge, aboveHeap, aboveRss);
    }

    public Recycle afterAge(Duration age) {
        return new Recycle(afterExecutions, age, aboveHeap, aboveRss);
    }

    public Recycle aboveHeap(String size) {
        return new Recycle(afterExecutions, afterAge, size, aboveRss);
    }

    public Recycle aboveRss(String size) {
        return new Recycle(afterExecutions, afterAge, aboveHeap, size);
    }

    /** Null without such a mark. */
    public @Nullable Long heapBytes() {
        return aboveHeap == null ? null : Long.valueOf(Resources.bytes(aboveHeap));
    }

    /** Null without such a mark. */
    public @Nullable Long rssBytes() {
        return aboveRss == null ? null : Long.valueOf(Resources.bytes(aboveRss));
    }

    /** Leaves it out of JSON where no mark is set. */
    static final class Unset {
        @Override
        public boolean equals(@Nullable Object value) {
            return value == null || NEVER.equals(value);
        }

        @Override
        public int hashCode() {
            return NEVER.hashCode();
        }
    }

    private static void checkSize(List<Violation> violations, String field, @Nullable String size) {
        if (size != null && !Resources.isMemory(size)) {
            violations.add(new Violation(
                    field, size, "must be bytes with an optional unit (\"512Mi\", \"1Gi\"), at least 16Mi"));
        }
    }
}
