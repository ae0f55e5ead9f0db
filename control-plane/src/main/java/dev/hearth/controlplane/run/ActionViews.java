package dev.hearth.controlplane.run;

import dev.hearth.api.ActionView;
import dev.hearth.api.ActionView.AttemptView;
import dev.hearth.api.ExactJson;
import dev.hearth.api.RawJson;
import dev.hearth.controlplane.journal.Payload;
import dev.hearth.controlplane.journal.Payloads;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.run.RunStore.ActionRow;
import dev.hearth.controlplane.storage.StorageException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Turns rows of actions into views: their attempts, and their payloads as JSON. */
@Component
class ActionViews {
    /** Reading and writing stop at 500 levels, and an answer adds its own. */
    private static final int DEEPEST_SHOWN = 450;

    private final RunStore store;
    private final Payloads payloads;
    private final JsonMapper mapper;

    ActionViews(RunStore store, Payloads payloads, JsonMapper mapper) {
        this.store = store;
        this.payloads = payloads;
        this.mapper = mapper;
    }

    /** As lists show them: what stands in the blob store stays there, and is shown as its name. */
    List<ActionView> listed(List<ActionRow> rows) {
        return of(rows, this::listed);
    }

    /** With its payloads in full. */
    ActionView full(ActionRow row) {
        return of(List.of(row), payload -> full(payload, "action " + row.name()))
                .getFirst();
    }

    private List<ActionView> of(List<ActionRow> rows, Function<Payload, RawJson> reading) {
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
                        reading.apply(row.input()),
                        row.output() == null ? null : reading.apply(row.output()),
                        row.error()))
                .toList();
    }

    /** What stands in the blob store is shown as its media type and name: a list of large outputs would fill the memory. */
    RawJson listed(Payload payload) {
        return payload.blob() == null
                ? shown(payload, payloads.bytes(payload))
                : shown(payload, "blob", payload.blob());
    }

    /**
     * A payload in full.
     *
     * @param of whose it is, for the problem that tells of a lost blob
     */
    RawJson full(Payload payload, String of) {
        try {
            return shown(payload, payloads.bytes(payload));
        } catch (StorageException e) {
            throw e;
        } catch (UncheckedIOException e) {
            throw new ProblemException(
                    HttpStatus.GONE,
                    "Stored data missing",
                    "The blob store no longer has " + payload.blob() + ", which " + of
                            + " refers to. Lists of runs and of actions show the rest.",
                    List.of());
        }
    }

    /** What is not JSON, or only says so, is shown as its media type and base 64. */
    private RawJson shown(Payload payload, byte[] bytes) {
        boolean isJson =
                payload.mediaType().equals(Payload.JSON) || payload.mediaType().endsWith("+json");
        RawJson json = isJson ? parsed(bytes) : null;
        return json == null ? shown(payload, "base64", Base64.getEncoder().encodeToString(bytes)) : json;
    }

    private RawJson shown(Payload payload, String form, String value) {
        return RawJson.of(mapper.createObjectNode()
                .put("mediaType", payload.mediaType())
                .put(form, value)
                .toString());
    }

    /** As it was written. Null for what is no JSON, or could not be read within an answer: a replica may have sent anything. */
    private static @Nullable RawJson parsed(byte[] bytes) {
        try {
            return RawJson.of(ExactJson.text(bytes), DEEPEST_SHOWN);
        } catch (JacksonException | IllegalArgumentException e) {
            return null;
        }
    }
}
