package dev.hearth.controlplane.environment;

import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Recycle;
import dev.hearth.model.Replicas;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Scope;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** Reads the reuse policy of a spec. Absent fields take their defaults; an idle TTL of null means always on. */
final class ReuseReader {
    static final int MOST_REPLICAS = 1_000;
    static final int MOST_SLOTS = 10_000;

    private ReuseReader() {}

    static ReusePolicy read(JsonFields fields, Duration minTtl) {
        fields.allow("replicas", "concurrency", "scaledownTtl", "idleTtl", "scope", "recycle");
        // A server that asks for more than the default TTL raises the default.
        Duration absent = ReusePolicy.DEFAULT_TTL.compareTo(minTtl) < 0 ? minTtl : ReusePolicy.DEFAULT_TTL;
        if (fields.isExplicitNull("scaledownTtl")) {
            fields.fault(
                    "scaledownTtl", NullNode.getInstance(), "must be a duration; only idleTtl may be null (always on)");
        }
        return new ReusePolicy(
                replicas(fields),
                fields.wholeNumber("concurrency", 1, 1, MOST_SLOTS),
                fields.duration("scaledownTtl", absent, minTtl),
                fields.isExplicitNull("idleTtl") ? null : fields.duration("idleTtl", absent, minTtl),
                scope(fields),
                recycle(fields.object("recycle"), minTtl));
    }

    private static Replicas replicas(JsonFields fields) {
        Replicas otherwise = Replicas.fixed(ReusePolicy.DEFAULT_REPLICAS);
        JsonNode node = fields.get("replicas");
        if (node == null) {
            return otherwise;
        }
        Integer min = bound(node, 0);
        Integer max = bound(node, 1);
        if (min == null || max == null) {
            fields.fault("replicas", node, Replicas.FORM);
            return otherwise;
        }
        List<Violation> violations = Replicas.violations("replicas", min, max);
        violations.forEach(violation -> fields.fault("replicas", node, violation.message()));
        if (max > MOST_REPLICAS) {
            fields.fault("replicas", node, "max must be at most " + MOST_REPLICAS + ", was " + max);
        }
        return violations.isEmpty() ? new Replicas(min, max) : otherwise;
    }

    /** Of a single number both bounds are that number. */
    private static @Nullable Integer bound(JsonNode node, int index) {
        JsonNode number = node.isArray() ? (node.size() == 2 ? node.get(index) : null) : node;
        return number != null && number.isIntegralNumber() && number.canConvertToInt() ? number.intValue() : null;
    }

    private static Recycle recycle(@Nullable JsonFields fields, Duration minTtl) {
        if (fields == null) {
            return Recycle.NEVER;
        }
        fields.allow("afterExecutions", "afterAge", "aboveHeap", "aboveRss");
        Recycle marks = Recycle.NEVER;
        if (fields.get("afterExecutions") != null) {
            marks = marks.afterExecutions(fields.wholeNumber("afterExecutions", 1, 1, Integer.MAX_VALUE));
        }
        if (fields.get("afterAge") != null) {
            marks = marks.afterAge(fields.duration("afterAge", minTtl, minTtl));
        }
        marks = size(fields, "aboveHeap", marks, Recycle::aboveHeap);
        return size(fields, "aboveRss", marks, Recycle::aboveRss);
    }

    private static Recycle size(
            JsonFields fields, String name, Recycle marks, BiFunction<Recycle, String, Recycle> changed) {
        if (fields.get(name) == null) {
            return marks;
        }
        String size = SpecReader.amount(fields, name, "");
        try {
            return changed.apply(marks, size);
        } catch (InvalidSpecException e) {
            e.violations().forEach(fault -> fields.fault(name, size, fault.message()));
            return marks;
        }
    }

    private static Scope scope(JsonFields fields) {
        JsonNode node = fields.get("scope");
        if (node == null) {
            return Scope.GLOBAL;
        }
        return switch (node.isString() ? node.stringValue() : "") {
            case "global" -> Scope.GLOBAL;
            case "run" -> Scope.RUN;
            default -> {
                fields.fault("scope", node, "must be \"global\" (one pool for all runs) or \"run\" (a pool per run)");
                yield Scope.GLOBAL;
            }
        };
    }
}
