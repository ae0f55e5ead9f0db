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

/**
 * Reads a reuse policy. Of a spec, absent fields take their defaults; of a proposal, what is deployed. A field that is null counts as
 * absent, but for the idle TTL, whose null means always on.
 */
final class ReuseReader {
    static final int MOST_REPLICAS = 1_000;
    static final int MOST_SLOTS = 10_000;

    private ReuseReader() {}

    static ReusePolicy read(JsonFields fields, Duration minTtl) {
        // A server that asks for more than the default TTL raises the default.
        Duration ttl = ReusePolicy.DEFAULT_TTL.compareTo(minTtl) < 0 ? minTtl : ReusePolicy.DEFAULT_TTL;
        ReusePolicy defaults = ReusePolicy.replicas(ReusePolicy.DEFAULT_REPLICAS)
                .scaledownTtl(ttl)
                .idleTtl(ttl);
        return read(fields, minTtl, defaults);
    }

    /** @param absent what a field means that is absent */
    static ReusePolicy read(JsonFields fields, Duration minTtl, ReusePolicy absent) {
        fields.allow("replicas", "concurrency", "scaledownTtl", "idleTtl", "scope", "recycle");
        if (fields.isExplicitNull("scaledownTtl")) {
            fields.fault(
                    "scaledownTtl", NullNode.getInstance(), "must be a duration; only idleTtl may be null (always on)");
        }
        JsonFields recycle = fields.object("recycle");
        return new ReusePolicy(
                replicas(fields, absent.replicas()),
                fields.wholeNumber("concurrency", absent.concurrency(), 1, MOST_SLOTS),
                fields.duration("scaledownTtl", absent.scaledownTtl(), minTtl),
                idleTtl(fields, minTtl, absent.idleTtl()),
                scope(fields, absent.scope()),
                recycle == null ? absent.recycle() : recycle(recycle, minTtl));
    }

    private static @Nullable Duration idleTtl(JsonFields fields, Duration minTtl, @Nullable Duration absent) {
        if (fields.isExplicitNull("idleTtl")) {
            return null;
        }
        return fields.get("idleTtl") == null ? absent : fields.duration("idleTtl", minTtl, minTtl);
    }

    private static Replicas replicas(JsonFields fields, Replicas otherwise) {
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

    /** Marks that are absent are not set. */
    private static Recycle recycle(JsonFields fields, Duration minTtl) {
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

    private static Scope scope(JsonFields fields, Scope absent) {
        JsonNode node = fields.get("scope");
        if (node == null) {
            return absent;
        }
        return switch (node.isString() ? node.stringValue() : "") {
            case "global" -> Scope.GLOBAL;
            case "run" -> Scope.RUN;
            default -> {
                fields.fault("scope", node, "must be \"global\" (one pool for all runs) or \"run\" (a pool per run)");
                yield absent;
            }
        };
    }
}
