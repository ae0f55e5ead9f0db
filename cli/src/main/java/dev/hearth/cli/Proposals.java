package dev.hearth.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Policies as they are written on a command line. */
final class Proposals {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern BOUNDS = Pattern.compile("(\\d{1,6})(?:\\.\\.(\\d{1,6}))?");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,7})([smhd])?");

    private final List<JsonNode> bounds;
    private final List<JsonNode> whole;

    /** Refuses what cannot be read, before any call is made. */
    Proposals(List<String> bounds, List<String> whole) {
        this.bounds = bounds.stream().map(Proposals::bounds).toList();
        this.whole = whole.stream().map(Proposals::policy).toList();
    }

    /** All of them as whole policies. The deployed one, to which bounds apply, is asked for only if there are such. */
    ArrayNode over(Supplier<JsonNode> deployed) {
        ArrayNode all = JSON.createArrayNode();
        if (!bounds.isEmpty()) {
            JsonNode base = deployed.get();
            for (JsonNode replicas : bounds) {
                ObjectNode policy = base instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
                policy.set("replicas", replicas);
                all.add(policy);
            }
        }
        all.addAll(whole);
        return all;
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

    /** ISO-8601 of {@code 90s}, {@code 30m}, {@code 1h}, {@code 2d}, plain seconds, or ISO-8601. */
    static String duration(String text) {
        Matcher matcher = SHORT_DURATION.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            Duration duration = switch (unit) {
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> Duration.ofSeconds(number);
            };
            return duration.toString();
        }
        try {
            return Duration.parse(text).toString();
        } catch (DateTimeParseException e) {
            throw new UsageException("--since is no duration: '" + text + "'; write 30m, 1h, 2d or PT1H");
        }
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
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new UsageException("--policy is no JSON: " + e.getOriginalMessage());
        }
    }
}
