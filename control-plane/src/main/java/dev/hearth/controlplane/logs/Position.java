package dev.hearth.controlplane.logs;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Violation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a log was read, as {@code 4711-3}.
 *
 * @param chunk the last one that was begun
 * @param lines of it that were read
 */
record Position(long chunk, int lines) {
    static final Position BEGIN = new Position(0, 0);
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-([1-9]\\d{0,8})");

    static Position parse(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return BEGIN;
        }
        Matcher matcher = TEXT.matcher(lastEventId);
        if (!matcher.matches()) {
            throw ProblemException.invalid(
                    new Violation("Last-Event-ID", lastEventId, "must be the id of an event of this log, like 4711-3"));
        }
        return new Position(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public String toString() {
        return chunk + "-" + lines;
    }
}
