package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * One request and the place for its answer.
 *
 * @param name of its method, such as {@code flyteidl2.workflow.RunService/CreateRun}
 */
record Call(String name, ContentType type, HttpServletRequest request, HttpServletResponse response) {
    private static final String VERSION_HEADER = "Connect-Protocol-Version";

    /** Reads the body to its end. */
    <Q extends Message> Q message(Q defaultRequest) {
        String version = request.getHeader(VERSION_HEADER);
        if (version != null && !version.equals("1")) {
            throw ConnectException.invalid(VERSION_HEADER + " must be 1.");
        }
        Compression used = Compression.used(request.getHeader(type.encodingHeader()));
        byte[] body = RequestBody.read(request);
        byte[] message = type.isStream() ? Envelope.onlyMessage(body, used) : used.unpack(body);
        return type.format().read(message, defaultRequest);
    }

    Deadline deadline() {
        return Deadline.read(request.getHeader(Deadline.HEADER));
    }

    /** How the answer may be packed. */
    Compression accepted() {
        return Compression.accepted(request.getHeader(type.acceptHeader()));
    }
}
