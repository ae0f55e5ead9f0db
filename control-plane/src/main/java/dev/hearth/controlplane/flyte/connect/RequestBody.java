package dev.hearth.controlplane.flyte.connect;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bodies, and no more of them than is allowed. */
final class RequestBody {
    /** Bytes of a request, packed and unpacked alike. */
    static final int MOST = 64 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(RequestBody.class);

    private RequestBody() {}

    static byte[] read(HttpServletRequest request) {
        if (request.getContentLengthLong() > MOST) {
            throw tooLong();
        }
        try {
            return upToMost(request.getInputStream());
        } catch (IOException e) {
            log.debug("A body could not be read to its end", e);
            throw ConnectException.invalid("The body ended early, or its chunks are malformed.");
        }
    }

    static byte[] upToMost(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
            throw tooLong();
        }
        return bytes;
    }

    /** Not RESOURCE_EXHAUSTED: clients would send the same again. */
    static ConnectException tooLong() {
        return ConnectException.invalid("The request is longer than the " + MOST + " bytes that a call may have.");
    }
}
