package dev.hearth.controlplane.run;

import dev.hearth.api.RawJson;
import dev.hearth.controlplane.journal.Asked;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** A key means one run of a project, and what was asked for with it: whoever asks for something else is told what differs. */
@Component
final class IdempotencyKeys {
    private static final int LONGEST = 200;
    private static final int MOST_TOLD = 20;

    private final RunStore store;

    IdempotencyKeys(RunStore store) {
        this.store = store;
    }

    /**
     * What is asked for under a key.
     *
     * @param field where the key stands in the request
     */
    record Wanted(String field, String key, String environment, String task, Asked asked) {}

    static Asked asked(RawJson input, @Nullable JsonNode overrides) {
        return new Asked(
                WrittenForm.sha256(input.text()),
                overrides == null || overrides.isNull() || overrides.isEmpty()
                        ? null
                        : WrittenForm.sha256(overrides.toString()));
    }

    static void check(List<Violation> violations, String field, @Nullable String key) {
        if (key == null
                || key.isBlank()
                || key.length() > LONGEST
                || key.chars().anyMatch(Character::isISOControl)) {
            violations.add(
                    new Violation(field, key, "must be 1 to " + LONGEST + " characters without control characters"));
        }
    }

    /** The keys of a batch: one for each input, each once. */
    static void check(List<Violation> violations, List<@Nullable String> keys, int inputs) {
        if (keys.size() != inputs) {
            violations.add(new Violation(
                    "idempotencyKeys", keys.size() + " keys", "must be as many as the inputs, which are " + inputs));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < keys.size() && violations.size() < MOST_TOLD; i++) {
            String key = keys.get(i);
            check(violations, "idempotencyKeys[" + i + "]", key);
            if (key != null && !seen.add(key)) {
                violations.add(new Violation("idempotencyKeys[" + i + "]", key, "stands twice in this batch"));
            }
        }
    }

    /** Throws a 409 problem if a run has one of these keys and was asked for otherwise. Index (project, idempotency_key). */
    void requireSame(String project, List<Wanted> wanted) {
        Map<String, RunStore.Keyed> known =
                store.keyed(project, wanted.stream().map(Wanted::key).toArray(String[]::new)).stream()
                        .collect(Collectors.toMap(RunStore.Keyed::key, Function.identity()));
        List<Violation> taken = new ArrayList<>();
        for (Wanted each : wanted) {
            RunStore.Keyed run = known.get(each.key());
            if (run != null && taken.size() < MOST_TOLD) {
                List<String> differences = differences(each, run);
                if (!differences.isEmpty()) {
                    taken.add(new Violation(
                            each.field(),
                            each.key(),
                            "belongs to run " + run.run() + ", which was asked for with another "
                                    + String.join(" and another ", differences)));
                }
            }
        }
        if (!taken.isEmpty()) {
            String detail = taken.getFirst().field() + " " + taken.getFirst().message()
                    + ". A key belongs to a project and means one run there, also when that has failed; take another one.";
            throw new ProblemException(HttpStatus.CONFLICT, "Conflict", detail, taken);
        }
    }

    /** Runs of an earlier version do not say what they were asked for. */
    private static List<String> differences(Wanted wanted, RunStore.Keyed run) {
        List<String> differences = new ArrayList<>();
        if (!wanted.environment().equals(run.environment())) {
            differences.add("environment (" + run.environment() + ")");
        }
        if (!wanted.task().equals(run.task())) {
            differences.add("task (" + run.task() + ")");
        }
        Asked asked = run.asked();
        if (asked != null && !Arrays.equals(asked.input(), wanted.asked().input())) {
            differences.add("input");
        }
        if (asked != null && !Arrays.equals(asked.overrides(), wanted.asked().overrides())) {
            differences.add("overrides");
        }
        return differences;
    }
}
