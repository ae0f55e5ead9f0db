package dev.hearth.controlplane.environment;

import dev.hearth.api.EnvironmentSpec;
import dev.hearth.controlplane.storage.BlobStore;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the JSON of an environment's spec; refuses it with all of its faults at once, not only the first. */
final class SpecReader {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,199}");
    private static final String RESERVED = "HEARTH_";
    static final int LONGEST_VALUE = 32 * 1024;
    static final int MOST_VARIABLES = 500;
    private static final Duration SHORTEST_START = Duration.ofSeconds(1);
    private static final Duration LONGEST_START = Duration.ofDays(1);

    /** Says what is wrong with a bundle for this environment; null = nothing. */
    interface BundleCheck {
        @Nullable
        String fault(String sha256);
    }

    private final List<Violation> faults;
    private final String prefix;
    private final Duration minTtl;
    private final BundleCheck bundles;

    /** @param prefix of the fields that it names in faults, e.g. {@code overrides.} */
    SpecReader(Duration minTtl, BundleCheck bundles, List<Violation> faults, String prefix) {
        this.minTtl = minTtl;
        this.bundles = bundles;
        this.faults = faults;
        this.prefix = prefix;
    }

    /** Throws {@link InvalidSpecException}. */
    static EnvironmentSpec read(JsonNode body, Duration minTtl, BundleCheck bundles) {
        if (!body.isObject()) {
            throw new InvalidSpecException(List.of(new Violation("", body, "The body must be a JSON object.")));
        }
        return new SpecReader(minTtl, bundles, new ArrayList<>(), "").read(body);
    }

    private EnvironmentSpec read(JsonNode body) {
        JsonFields fields = new JsonFields("", body, faults);
        fields.allow("image", "bundle", "resources", "env", "reuse", "startTimeout");
        String image = image(fields);
        String bundle = bundle(fields);
        Resources resources = resources(fields.object("resources"), Resources.DEFAULT);
        Map<String, String> env = env(fields.object("env"));
        JsonFields reuse = fields.object("reuse");
        ReusePolicy policy = reuse == null ? null : ReuseReader.read(reuse, minTtl);
        Duration startTimeout = fields.get("startTimeout") == null
                ? null
                : fields.duration("startTimeout", SHORTEST_START, SHORTEST_START, LONGEST_START);
        if (!faults.isEmpty()) {
            throw new InvalidSpecException(faults);
        }
        return new EnvironmentSpec(image, bundle, resources, env, policy, startTimeout);
    }

    private String image(JsonFields fields) {
        JsonNode image = fields.get("image");
        if (image == null || !image.isString() || !image.stringValue().equals(EnvironmentSpec.PROCESS_JAVA)) {
            fields.fault(
                    "image",
                    image,
                    "must be \"" + EnvironmentSpec.PROCESS_JAVA + "\": local Java processes are what this server runs");
        }
        return EnvironmentSpec.PROCESS_JAVA;
    }

    private @Nullable String bundle(JsonFields fields) {
        JsonNode bundle = fields.get("bundle");
        if (bundle == null || !bundle.isString() || !BlobStore.isName(bundle.stringValue())) {
            fields.fault(
                    "bundle",
                    bundle,
                    "must be the SHA-256 (64 lower-case hexadecimal digits) that POST /api/v1/bundles answered for the"
                            + " jar of the tasks");
            return null;
        }
        String fault = bundles.fault(bundle.stringValue());
        if (fault != null) {
            fields.fault("bundle", bundle.stringValue(), fault);
        }
        return bundle.stringValue();
    }

    /** @param none what an absent amount means */
    Resources resources(@Nullable JsonFields fields, Resources none) {
        if (fields == null) {
            return none;
        }
        fields.allow("cpu", "memory", "gpu");
        String cpu = amount(fields, "cpu", none.cpu());
        String memory = amount(fields, "memory", none.memory());
        // One at a time, so that both faults are named.
        Resources cpuOnly = checked(none, () -> new Resources(cpu, none.memory(), 0));
        Resources memoryOnly = checked(none, () -> new Resources(none.cpu(), memory, 0));
        if (fields.wholeNumber("gpu", 0, 0, Integer.MAX_VALUE) > 0) {
            fields.fault("gpu", fields.get("gpu"), "must be 0: " + EnvironmentSpec.PROCESS_JAVA + " has no GPUs");
        }
        return new Resources(cpuOnly.cpu(), memoryOnly.memory(), 0);
    }

    /** An amount may be written as a number too. */
    static String amount(JsonFields fields, String name, String absent) {
        JsonNode node = fields.get(name);
        if (node == null) {
            return absent;
        }
        if (node.isNumber()) {
            return node.toString();
        }
        String text = fields.text(name);
        return text == null ? absent : text;
    }

    private Resources checked(Resources otherwise, Supplier<Resources> made) {
        try {
            return made.get();
        } catch (InvalidSpecException e) {
            e.violations()
                    .forEach(fault -> faults.add(
                            new Violation(prefix + "resources." + fault.field(), fault.value(), fault.message())));
            return otherwise;
        }
    }

    private Map<String, String> env(@Nullable JsonFields fields) {
        Map<String, String> env = new TreeMap<>();
        if (fields == null) {
            return env;
        }
        for (String name : fields.names()) {
            if (!VARIABLE.matcher(name).matches()) {
                fields.fault(name, null, "must be named with letters, digits and '_', not beginning with a digit");
            } else if (name.startsWith(RESERVED)) {
                fields.fault(name, null, "is reserved: names that begin with " + RESERVED + " belong to the platform");
            }
            String value = fields.text(name);
            if (value != null && value.length() > LONGEST_VALUE) {
                fields.fault(name, value, "must be at most " + LONGEST_VALUE + " characters");
            } else if (value == null && fields.get(name) == null) {
                fields.fault(name, null, "must be a text, not null");
            }
            env.put(name, value == null ? "" : value);
        }
        if (env.size() > MOST_VARIABLES) {
            faults.add(new Violation("env", env.size(), "must have at most " + MOST_VARIABLES + " variables"));
        }
        return env;
    }
}
