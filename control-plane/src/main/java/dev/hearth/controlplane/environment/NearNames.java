package dev.hearth.controlplane.environment;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.model.Violation;
import java.util.Comparator;
import java.util.List;

/** Says that an environment is unknown, and which names come nearest to it. */
final class NearNames {
    private static final int LISTED = 5;

    private NearNames() {}

    static ProblemException unknownEnvironment(String project, String environment, List<String> known) {
        if (!QueryValues.isName(environment)) {
            return ProblemException.invalid(new Violation("environment", environment, QueryValues.NAME_RULE));
        }
        List<String> nearest = known.stream()
                .sorted(Comparator.comparingInt(name -> distance(name, environment)))
                .limit(LISTED)
                .toList();
        String hint = nearest.isEmpty()
                ? "The project has none: deploy one first."
                : (known.size() > LISTED ? "The nearest names are " : "There is ") + String.join(", ", nearest) + ".";
        return ProblemException.notFound(
                "There is no environment " + environment + " in project " + project + ". " + hint);
    }

    /** Levenshtein's: how many letters to insert, delete or change. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
