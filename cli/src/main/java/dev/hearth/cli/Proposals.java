package dev.hearth.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Policies as they are written on a command line. */
final class Proposals {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern BOUNDS = Pattern.compile("(\\d{1,6})(?:\\.\\.(\\d{1,6}))?");

    private final List<JsonNode> bounds;
    private final List<JsonNode> whole;

    /** Refuses what cannot be read, before any call is made. */
    Proposals(List<String> bounds, List<String> whole) {
        this.bounds = bounds.stream().map(Proposals::bounds).toList();
        this.whole = whole.stream().map(Proposals::policy).toList();
    }

    /** All of them; what one leaves out stays as it is deployed. */
    List<JsonNode> all() {
        return Stream.concat(
                        bounds.stream().map(replicas ->
                                (JsonNode) JSON.createObjectNode().set("replicas", replicas)),
                        whole.stream())
                .toList();
    }

    /** {@code 1..4 replicas of 10, scaledown PT30S, idle PT1M}. */
    static String words(JsonNode policy) {
        if (!policy.isObject()) {
            return "fresh replicas";
        }
        JsonNode replicas = policy.path("replicas");
        String count = replicas.isArray()
                ? replicas.path(0).asString() + ".." + replicas.path(1).asString()
                : replicas.asString();
        String idle = policy.hasNonNull("idleTtl") ? policy.get("idleTtl").asString() : "never";
        return count + " x " + policy.path("concurrency").asString() + ", scaledown "
                + policy.path("scaledownTtl").asString() + ", idle " + idle;
    }

    private static JsonNode bounds(String text) {
        Matcher matcher = BOUNDS.matcher(text);
        if (!matcher.matches()) {
            throw new UsageException("--replicas is neither a number nor MIN..MAX: '" + text + "'; write 3 or 1..4");
        }
        int min = Integer.parseInt(matcher.group(1));
        return matcher.group(2) == null
                ? JSON.getNodeFactory().numberNode(min)
                : JSON.createArrayNode().add(min).add(Integer.parseInt(matcher.group(2)));
    }

    private static JsonNode policy(String text) {
        return JSON.readTree(JsonOption.read("--policy", text).text());
    }
}
