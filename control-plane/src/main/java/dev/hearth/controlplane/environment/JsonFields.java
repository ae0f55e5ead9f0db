package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.problem.Texts;
import dev.hearth.model.Violation;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the fields of one JSON object and gathers every fault it meets, under the field's full path. */
final class JsonFields {
    static final Duration LONGEST = Duration.ofDays(365);

    private final String prefix;
    private final JsonNode object;
    private final List<Violation> faults;

    JsonFields(String prefix, JsonNode object, List<Violation> faults) {
        this.prefix = prefix;
        this.object = object;
        this.faults = faults;
    }

    /** Everything but these is a fault: a setting that nobody reads would be ignored in silence. */
    void allow(String... names) {
        List<String> allowed = List.of(names);
        for (String name : object.propertyNames()) {
            if (!allowed.contains(name)) {
                fault(name, object.get(name), "is no field here; the fields are " + String.join(", ", allowed));
            }
        }
    }

    void fault(String name, @Nullable Object value, String message) {
        faults.add(new Violation(prefix + name, value, message));
    }

    /** Null if the field is absent or null. */
    @Nullable
    JsonNode get(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    boolean isExplicitNull(String name) {
        JsonNode node = object.get(name);
        return node != null && node.isNull();
    }

    Iterable<String> names() {
        return object.propertyNames();
    }

    /** Null if the field is absent, null, or (a fault) no object. */
    @Nullable
    JsonFields object(String name) {
        JsonNode node = get(name);
        if (node != null && !node.isObject()) {
            fault(name, node, "must be an object");
            return null;
        }
        return node == null ? null : new JsonFields(prefix + name + ".", node, faults);
    }

    /** Null if the field is absent, null, or (a fault) no text that can be stored. */
    @Nullable
    String text(String name) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!node.isString() || !Texts.isStorable(node.stringValue())) {
            fault(name, node, "must be a text (in quotes, without the character U+0000)");
            return null;
        }
        return node.stringValue();
    }

    int wholeNumber(String name, int absent, int least, int most) {
        JsonNode node = get(name);
        if (node == null) {
            return absent;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
            fault(name, node, "must be a whole number from " + least + " to " + most);
            return absent;
        }
        return node.intValue();
    }

    /** Whole milliseconds; finer parts are cut off. */
    Duration duration(String name, Duration absent, Duration least) {
        return duration(name, absent, least, LONGEST);
    }

    Duration duration(String name, Duration absent, Duration least, Duration most) {
        JsonNode node = get(name);
        if (node == null) {
            return absent;
        }
        Duration duration = parse(node);
        if (duration == null || duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            fault(
                    name,
                    node,
                    "must be a duration from " + least + " to " + most + ": seconds as a number (30, 0.5), or ISO-8601"
                            + " (\"PT30S\")");
            return least;
        }
        return Duration.ofMillis(duration.toMillis());
    }

    private static @Nullable Duration parse(JsonNode node) {
        if (node.isNumber()) {
            double seconds = node.doubleValue();
            boolean sane = seconds >= 0 && seconds <= LONGEST.toSeconds() + 1;
            return sane ? Duration.ofMillis(Math.round(seconds * 1000)) : null;
        }
        try {
            return node.isString() ? Duration.parse(node.stringValue()) : null;
        } catch (DateTimeParseException | ArithmeticException unreadable) {
            return null;
        }
    }
}
