package dev.hearth.controlplane.live;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * A request written byte by byte, because no client would send most of these.
 *
 * @param cutOff sends less than it has announced and then closes its side
 */
record RawRequest(String method, String target, String contentType, byte[] body, boolean cutOff) {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** @param status 0 = the server closed the connection without an answer */
    record Answer(int status, String contentType, String body) {}

    Answer send(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                OutputStream out = socket.getOutputStream();
                out.write(head().getBytes(StandardCharsets.ISO_8859_1));
                out.write(body);
                out.flush();
                if (cutOff) {
                    socket.shutdownOutput();
                }
            } catch (SocketException refusedMeanwhile) {
                // What it has answered can still be read.
            }
            return answer(read(socket));
        }
    }

    private String head() {
        StringBuilder head =
                new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\n");
        if (!contentType.isEmpty()) {
            head.append("Content-Type: ").append(contentType).append("\r\n");
        }
        if (body.length > 0 || cutOff) {
            head.append("Content-Length: ")
                    .append(body.length + (cutOff ? 7 : 0))
                    .append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static byte[] read(Socket socket) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(bytes);
        } catch (SocketException reset) {
            // The server closed while this side was still sending.
        }
        return bytes.toByteArray();
    }

    private static Answer answer(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, "", text);
        }
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        String type = Arrays.stream(head.split("\r\n"))
                .filter(line -> line.startsWith("content-type:"))
                .map(line -> line.substring("content-type:".length()).strip())
                .findFirst()
                .orElse("");
        String body = text.substring(end + 4);
        return new Answer(
                Integer.parseInt(head.substring(9, 12)),
                type,
                head.contains("transfer-encoding: chunked") ? unchunked(body) : body);
    }

    /** Problems are short: one chunk. */
    private static String unchunked(String body) {
        int begin = body.indexOf("\r\n") + 2;
        int end = body.indexOf("\r\n", begin);
        return begin < 2 || end < 0 ? body : body.substring(begin, end);
    }

    @Override
    public String toString() {
        String text = new String(body, StandardCharsets.UTF_8);
        return method + " " + (target.length() > 200 ? target.substring(0, 200) + "..." : target) + " [" + contentType
                + "] " + (text.length() > 600 ? text.substring(0, 600) + "... " + body.length + " bytes" : text);
    }
}
