package dev.hearth.controlplane.environment;

import dev.hearth.api.Overrides;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Resources;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads what a call overrides. */
public final class OverridesReader {
    private OverridesReader() {}

    /**
     * @param reuses whether the replicas of the called version are used again
     * @return null if nothing is overridden
     * @throws ProblemException 400 that names each fault
     */
    public static @Nullable Overrides read(@Nullable JsonNode body, boolean reuses) {
        if (body == null || body.isNull()) {
            return null;
        }
        List<Violation> faults = new ArrayList<>();
        if (!body.isObject()) {
            throw ProblemException.invalid(List.of(new Violation("overrides", body, "must be an object")));
        }
        JsonFields fields = new JsonFields("overrides.", body, faults);
        fields.allow("reusable", "resources");
        boolean off = isOff(fields);
        Resources resources = resources(fields, faults);
        if (resources != null && reuses && !off) {
            fields.fault(
                    "resources",
                    body.get("resources"),
                    "needs overrides.reusable = \"off\": a warm replica has the resources that it was started with");
        }
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults);
        }
        return off || resources != null ? new Overrides(Overrides.OFF, resources) : null;
    }

    private static boolean isOff(JsonFields fields) {
        JsonNode reusable = fields.get("reusable");
        if (reusable == null) {
            return false;
        }
        if (!reusable.isString() || !reusable.stringValue().equals(Overrides.OFF)) {
            fields.fault("reusable", reusable, "must be \"off\" (this call runs on a fresh replica), or absent");
        }
        return true;
    }

    private static @Nullable Resources resources(JsonFields fields, List<Violation> faults) {
        JsonFields object = fields.object("resources");
        if (object == null) {
            return null;
        }
        try {
            return new SpecReader(Duration.ZERO, sha256 -> null, faults, "overrides.").resources(object);
        } catch (InvalidSpecException e) {
            faults.addAll(e.violations());
            return null;
        }
    }
}
