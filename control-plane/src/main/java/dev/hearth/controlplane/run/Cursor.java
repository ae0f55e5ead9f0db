package dev.hearth.controlplane.run;

import dev.hearth.api.Page;
import dev.hearth.controlplane.problem.QueryValues;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a page begins and how long it is.
 *
 * @param from id of the last row of the page before, null on the first page
 */
record Cursor(@Nullable Long from, int limit) {
    static Cursor parse(@Nullable String cursor, @Nullable Integer limit) {
        return new Cursor(QueryValues.numberKey(cursor), QueryValues.limit(limit));
    }

    /** One page of rows that were read with one more than the limit. */
    <R> Page<R> page(List<R> rows, ToLongFunction<R> id) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<R> items = rows.subList(0, limit);
        return new Page<>(items, QueryValues.cursor(Long.toString(id.applyAsLong(items.getLast()))));
    }
}
