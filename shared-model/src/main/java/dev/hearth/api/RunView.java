package dev.hearth.api;

import dev.hearth.model.ActionPhase;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run.
 *
 * <p>What is not JSON is shown as {@code {"mediaType": ..., "base64": ...}}. In lists, in events and after a cancel, what is
 * too large for a row is shown as {@code {"mediaType": ..., "blob": <SHA-256>}}; the single run shows it in full.
 *
 * @param url page for people
 * @param phase of the root action
 * @param output of the root action, once SUCCEEDED
 * @param error of the root action, once it ended otherwise
 * @param actions number of actions by phase, all actions of the run counted
 */
public record RunView(
        String name,
        String url,
        String project,
        String environment,
        String version,
        String task,
        ActionPhase phase,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable RawJson output,
        @Nullable ErrorView error,
        Map<ActionPhase, Integer> actions) {

    /**
     * Why something ended badly.
     *
     * @param code for programs, e.g. USER, REPLICA_LOST, CANCELLED
     * @param message for people
     * @param details stack trace of the remote side, if any
     */
    public record ErrorView(
            String code, String message, @Nullable String details) {}
}
