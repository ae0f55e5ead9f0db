package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import flyteidl2.common.ListRequest;
import java.util.List;

/** A page of a list; its token is where it begins. */
record Page(int limit, int offset) {
    private static final int USUAL = 100;
    private static final int LARGEST = 1_000;
    private static final int FURTHEST = Integer.MAX_VALUE - LARGEST;

    static Page of(ListRequest request) {
        int limit =
                request.getLimit() == 0 ? USUAL : Math.clamp(Integer.toUnsignedLong(request.getLimit()), 1, LARGEST);
        try {
            int offset = request.getToken().isEmpty() ? 0 : Integer.parseInt(request.getToken());
            if (offset >= 0 && offset <= FURTHEST) {
                return new Page(limit, offset);
            }
        } catch (NumberFormatException e) {
            // As below.
        }
        throw new ConnectException(
                Code.INVALID_ARGUMENT, "token '" + request.getToken() + "' was not answered by this server");
    }

    /** From one row more than the page has. */
    String next(List<?> rows) {
        return rows.size() > limit ? Integer.toString(offset + limit) : "";
    }

    <T> List<T> items(List<T> rows) {
        return rows.subList(0, Math.min(limit, rows.size()));
    }
}
