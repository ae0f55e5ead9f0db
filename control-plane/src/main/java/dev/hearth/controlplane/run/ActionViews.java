package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.run.RunStore.ActionRow;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Turns rows of actions into views: their attempts, and their payloads as JSON. */
@Component
class ActionViews {
    private final RunStore store;
    private final Payloads payloads;
    private final JsonMapper json;

    ActionViews(RunStore store, Payloads payloads, JsonMapper json) {
        this.store = store;
        this.payloads = payloads;
        this.json = json;
    }

    List<ActionView> of(List<ActionRow> rows) {
        Map<Long, List<AttemptView>> attempts =
                store.attempts(rows.stream().mapToLong(ActionRow::id).toArray());
        return rows.stream()
                .map(row -> new ActionView(
                        row.name(),
                        row.parent(),
                        row.environment(),
                        row.task(),
                        row.phase(),
                        row.replica(),
                        row.parked(),
                        row.createdAt(),
                        row.endedAt(),
                        attempts.getOrDefault(row.id(), List.of()),
                        read(row.input()),
                        row.output() == null ? null : read(row.output()),
                        row.error()))
                .toList();
    }

    /** What is not JSON is shown as its media type and base 64. */
    JsonNode read(Payload payload) {
        byte[] bytes = payloads.bytes(payload);
        return payload.mediaType().equals(Payload.JSON)
                ? json.readTree(bytes)
                : json.createObjectNode()
                        .put("mediaType", payload.mediaType())
                        .put("base64", Base64.getEncoder().encodeToString(bytes));
    }
}
