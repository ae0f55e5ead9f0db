package dev.hearth.cli;

import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads lists of the server page by page, and counts what it has not read: nothing is left out without a word. */
final class Listing {
    private static final int LARGEST_PAGE = 500;

    private final Rest rest;
    private final OptionalLong most;
    private final List<String> cut = new ArrayList<>();

    /** @param most items of each list; empty = all */
    Listing(Rest rest, OptionalLong most) {
        this.rest = rest;
        this.most = most;
    }

    /**
     * Hands on the items of a list.
     *
     * @param path with its query, if it has one
     * @param of what the list is of, where several are read; null = this is the only one
     * @param reader of each page
     */
    void read(String path, @Nullable String of, Consumer<List<JsonNode>> reader) {
        String list = path + (path.contains("?") ? "&" : "?");
        String cursor = "";
        long left = most.orElse(Long.MAX_VALUE);
        long read = 0;
        OptionalLong total = OptionalLong.empty();
        do {
            JsonNode page = rest.get(list + "limit=" + Math.min(left, LARGEST_PAGE) + cursor, JsonNode.class);
            if (page.hasNonNull("total")) {
                total = OptionalLong.of(page.get("total").asLong());
            }
            List<JsonNode> items = page.path("items").valueStream().toList();
            reader.accept(items);
            read += items.size();
            left -= items.size();
            cursor = page.hasNonNull("nextCursor")
                    ? "&cursor=" + Connection.encoded(page.get("nextCursor").asString())
                    : "";
        } while (!cursor.isEmpty() && left > 0);
        if (!cursor.isEmpty() && left <= 0) {
            String name = of == null ? "" : of + ": ";
            cut.add(
                    total.isPresent()
                            ? String.format(Locale.ROOT, "%s%,d of %,d", name, read, total.getAsLong())
                            : String.format(Locale.ROOT, "%s%,d, and there are more", name, read));
        }
    }

    /** Says what was left out, if anything was. */
    void tell(PrintWriter err) {
        cut.forEach(each -> err.println(each + ", --all for the rest"));
        err.flush();
    }
}
