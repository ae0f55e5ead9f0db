package dev.hearth.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor to be sent as {@code cursor}, with the same filters, for the next page; null = this was the last. A page that
 *     is not the last may be short: only this tells the end
 * @param total how many items all pages have together; told on the first page, and only where it is cheap to count
 */
public record Page<T>(
        List<T> items,
        @Nullable String nextCursor,
        @Nullable Long total) {
    /** The same page with its items shown otherwise. */
    public <R> Page<R> with(List<R> others) {
        return new Page<>(others, nextCursor, total);
    }
}
