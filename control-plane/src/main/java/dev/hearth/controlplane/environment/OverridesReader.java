package dev.hearth.controlplane.environment;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.api.Overrides;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Resources;
import dev.hearth.model.Terms;
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
     * Absent and null fields stay as declared: of the resources too, one by one.
     *
     * @param called what the called version is
     * @throws ProblemException 400 that names each fault
     */
    public static Overrides read(@Nullable JsonNode body, EnvironmentSpec called) {
        if (body == null || body.isNull()) {
            return Overrides.NONE;
        }
        List<Violation> faults = new ArrayList<>();
        if (!body.isObject()) {
            throw ProblemException.invalid(List.of(new Violation("overrides", body, "must be an object")));
        }
        JsonFields fields = new JsonFields("overrides.", body, faults);
        fields.allow(
                "reusable", "resources", "retries", "timeout", "timeoutExcludesChildren", "queueTimeout", "priority");
        boolean off = isOff(fields);
        Resources resources = resources(fields, called.resources(), faults);
        if (resources != null && called.reuse() != null && !off) {
            fields.fault(
                    "resources",
                    body.get("resources"),
                    "needs overrides.reusable = \"off\": a warm replica has the resources that it was started with");
        }
        Overrides read = new Overrides(
                off || resources != null ? Overrides.OFF : null,
                resources,
                number(fields, "retries", 0, Terms.MOST_RETRIES),
                duration(fields, "timeout"),
                flag(fields, "timeoutExcludesChildren"),
                duration(fields, "queueTimeout"),
                number(fields, "priority", -Overrides.HIGHEST_PRIORITY, Overrides.HIGHEST_PRIORITY));
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults);
        }
        return read;
    }

    private static @Nullable Integer number(JsonFields fields, String name, int least, int most) {
        return fields.get(name) == null ? null : Integer.valueOf(fields.wholeNumber(name, least, least, most));
    }

    private static @Nullable Boolean flag(JsonFields fields, String name) {
        JsonNode flag = fields.get(name);
        if (flag != null && !flag.isBoolean()) {
            fields.fault(name, flag, "must be true or false, or absent");
            return null;
        }
        return flag == null ? null : flag.booleanValue();
    }

    private static @Nullable Duration duration(JsonFields fields, String name) {
        return fields.get(name) == null
                ? null
                : fields.duration(name, Terms.SHORTEST_TIMEOUT, Terms.SHORTEST_TIMEOUT, Terms.LONGEST);
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

    private static @Nullable Resources resources(JsonFields fields, Resources declared, List<Violation> faults) {
        JsonFields object = fields.object("resources");
        if (object == null) {
            return null;
        }
        try {
            return new SpecReader(Duration.ZERO, sha256 -> null, faults, "overrides.").resources(object, declared);
        } catch (InvalidSpecException e) {
            faults.addAll(e.violations());
            return null;
        }
    }
}
