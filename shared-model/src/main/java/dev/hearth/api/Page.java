package dev.hearth.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor to be sent as {@code cursor} for the next page; null = this was the last
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {}
