package dev.hearth.controlplane.live;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The stored decisions of an environment, oldest first, as a test reads them. */
record TimeLine(List<JsonNode> decisions) {
    static TimeLine of(LiveServer server, String environment) {
        return new TimeLine(server.decisions(environment));
    }

    /** Each as {@code 2 -> 5 DEMAND}. */
    List<String> steps() {
        return decisions.stream()
                .map(decision -> decision.get("from").asInt() + " -> "
                        + decision.get("to").asInt() + " "
                        + decision.get("rule").asString())
                .toList();
    }

    Instant at(int index) {
        return Instant.parse(decisions.get(index).get("at").asString());
    }

    String reason(int index) {
        return decisions.get(index).get("reason").asString();
    }

    /** Time between a decision and the one before it. */
    Duration gap(int index) {
        return Duration.between(at(index - 1), at(index));
    }

    void print(String title) {
        System.out.println(title);
        for (int i = 0; i < decisions.size(); i++) {
            System.out.printf(
                    "%7.2f s  %d -> %d  %-14s %s%n",
                    Duration.between(at(0), at(i)).toMillis() / 1000.0,
                    decisions.get(i).get("from").asInt(),
                    decisions.get(i).get("to").asInt(),
                    decisions.get(i).get("rule").asString(),
                    reason(i));
        }
    }
}
