package dev.hearth.controlplane.problem;

import dev.hearth.api.Page;
import dev.hearth.model.Violation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for. A cursor holds the key behind which its page ended and a mark of the list and the filters that
 * it was made for: under others it would leave rows out without a word, so there it is refused.
 */
public final class PageQuery {
    /** Items of a page, unless asked otherwise. */
    public static final int DEFAULT_LIMIT = 50;

    /** Most items of a page. */
    public static final int MOST = 500;

    private static final String SEPARATOR = "\n";

    private final String mark;
    private final @Nullable String cursor;
    private final @Nullable String key;
    private final int limit;

    private PageQuery(String mark, @Nullable String cursor, @Nullable String key, int limit) {
        this.mark = mark;
        this.cursor = cursor;
        this.key = key;
        this.limit = limit;
    }

    /**
     * Reads what stands in the query of a call.
     *
     * @param list which list it is and what it is filtered by, as texts that say the same whenever it is asked for; null = not by that
     * @throws ProblemException 400 for a limit out of range, or a cursor that this list has not given
     */
    public static PageQuery of(@Nullable String cursor, @Nullable String limit, @Nullable Object... list) {
        String asked =
                Arrays.stream(list).map(each -> each == null ? "" : "=" + each).collect(Collectors.joining("\n"));
        String mark = Integer.toHexString(asked.hashCode());
        return new PageQuery(mark, cursor, cursor == null ? null : key(cursor, mark), limit(limit));
    }

    /** The first page, of so many items. */
    public static PageQuery first(int limit) {
        return new PageQuery("", null, null, limit);
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        boolean isNumber = text.matches("-?[0-9]{1,9}");
        int limit = isNumber ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MOST) {
            String rule = (isNumber ? "must be 1 to " : "must be a whole number, 1 to ") + MOST;
            throw ProblemException.invalid(new Violation("limit", text, rule));
        }
        return limit;
    }

    private static String key(String cursor, String mark) {
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(SEPARATOR, 2);
            // What does not come back the same was not made here.
            if (parts.length == 2
                    && parts[0].equals(mark)
                    && Texts.isStorable(parts[1])
                    && encoded(mark, parts[1]).equals(cursor)) {
                return parts[1];
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below.
        }
        throw refusal(cursor);
    }

    private static String encoded(String mark, String key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((mark + SEPARATOR + key).getBytes(StandardCharsets.UTF_8));
    }

    private static ProblemException refusal(@Nullable String cursor) {
        return ProblemException.invalid(new Violation(
                "cursor", cursor, "must be the nextCursor of an earlier page of this list, under the same filters"));
    }

    public int limit() {
        return limit;
    }

    public boolean isFirst() {
        return key == null;
    }

    /** The key behind which the page before ended; null on the first page. */
    public @Nullable String key() {
        return key;
    }

    /** The key of a list that is ordered by so many numbers; null on the first page. */
    public long @Nullable [] numbers(int count) {
        if (key == null) {
            return null;
        }
        try {
            long[] numbers =
                    Arrays.stream(key.split(":", -1)).mapToLong(Long::parseLong).toArray();
            if (numbers.length == count) {
                return numbers;
            }
        } catch (NumberFormatException notOurs) {
            // Refused below.
        }
        throw refusal(cursor);
    }

    /** The number in the cursor of a list that is ordered by one; null on the first page. */
    public @Nullable Long number() {
        long[] numbers = numbers(1);
        return numbers == null ? null : Long.valueOf(numbers[0]);
    }

    /**
     * One page of rows that were read with one more than the limit, which tells whether another page follows.
     *
     * @param total of the whole list, null = not cheap to count; asked for on the first page of several
     */
    public <R> Page<R> page(List<R> rows, Function<R, ?> keyOf, Supplier<@Nullable Long> total) {
        if (rows.size() <= limit) {
            return last(rows);
        }
        List<R> items = rows.subList(0, limit);
        return followed(items, String.valueOf(keyOf.apply(items.getLast())), isFirst() ? total.get() : null);
    }

    /** The last page of its list. */
    public <R> Page<R> last(List<R> items) {
        return new Page<>(items, null, isFirst() ? (long) items.size() : null);
    }

    /** A page that another follows, behind this key. */
    public <R> Page<R> followed(List<R> items, String keyOfLast, @Nullable Long total) {
        return new Page<>(items, encoded(mark, keyOfLast), total);
    }
}
