package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.run.RunStore.ActionRow;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Turns rows of actions into views: their attempts, and their payloads as JSON. */
@Component
class ActionViews {
    /** Reading and writing stop at 500 levels, and an answer adds its own. */
    private static final int DEEPEST_SHOWN = 450;

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

    /** What is not JSON, or only says so, is shown as its media type and base 64. */
    JsonNode read(Payload payload) {
        byte[] bytes = payloads.bytes(payload);
        JsonNode tree = payload.mediaType().equals(Payload.JSON) ? shown(bytes) : null;
        return tree == null
                ? json.createObjectNode()
                        .put("mediaType", payload.mediaType())
                        .put("base64", Base64.getEncoder().encodeToString(bytes))
                : tree;
    }

    /** Null for what cannot be read, or not be written again within an answer: a replica may have sent anything. */
    private @Nullable JsonNode shown(byte[] bytes) {
        try {
            JsonNode tree = json.readTree(bytes);
            return !tree.isMissingNode() && isWithin(DEEPEST_SHOWN, tree) ? tree : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean isWithin(int levels, JsonNode node) {
        return !node.isContainer() || (levels > 0 && node.valueStream().allMatch(child -> isWithin(levels - 1, child)));
    }
}
