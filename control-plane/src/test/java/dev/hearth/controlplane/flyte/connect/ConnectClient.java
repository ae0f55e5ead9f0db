package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import flyteidl2.common.ActionIdentifier;
import flyteidl2.dataproxy.TailLogsRequest;
import flyteidl2.dataproxy.TailLogsResponse;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.GetImageResponse;
import flyteidl2.imagebuilder.ImageIdentifier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes and reads the Connect protocol by hand, so that tests see what is on the wire. */
final class ConnectClient {
    static final String PROTO = "application/proto";
    static final String JSON = "application/json";
    static final String STREAM = "application/connect+proto";
    static final String STREAM_JSON = "application/connect+json";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;

    ConnectClient(CodecServer server) {
        this.port = server.port();
    }

    /** @param end true for the frame that ends a stream, whose content is JSON */
    record Frame(boolean packed, boolean end, byte[] content) {
        String line() {
            return parsed(TailLogsResponse.parser(), content)
                    .getLogs(0)
                    .getLines(0)
                    .getMessage();
        }

        JsonNode error() {
            return MAPPER.readTree(content).path("error");
        }

        String code() {
            return error().path("code").asString("");
        }
    }

    record Answer(int status, HttpResponse<byte[]> response) {
        byte[] body() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String code() {
            return MAPPER.readTree(body()).path("code").asString("");
        }

        String message() {
            return MAPPER.readTree(body()).path("message").asString("");
        }

        String fqin() {
            return parsed(GetImageResponse.parser(), body()).getImage().getFqin();
        }
    }

    HttpRequest.Builder request(String path, String contentType, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
                .timeout(PATIENCE)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofByteArray(body));
        return headers.length == 0 ? request : request.headers(headers);
    }

    Answer call(String path, String contentType, byte[] body, String... headers) {
        return send(request(path, contentType, body, headers));
    }

    Answer send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), response);
    }

    /** Its frames are read as they come. */
    OpenStream open(String path, String contentType, byte[] body, String... headers) {
        HttpResponse<InputStream> response =
                send(request(path, contentType, body, headers), BodyHandlers.ofInputStream());
        return new OpenStream(response);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request.build(), handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    record OpenStream(HttpResponse<InputStream> response) implements AutoCloseable {
        Frame next() {
            return read(new DataInputStream(response.body()));
        }

        boolean isAtItsEnd() {
            try {
                return response.body().read() < 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                response.body().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static Frame firstFrame(byte[] body) {
        return read(new DataInputStream(new ByteArrayInputStream(body)));
    }

    private static Frame read(DataInputStream in) {
        try {
            int flags = in.readUnsignedByte();
            byte[] content = in.readNBytes(in.readInt());
            return new Frame((flags & 1) != 0, (flags & 2) != 0, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GetImageRequest image(String name) {
        return GetImageRequest.newBuilder()
                .setId(ImageIdentifier.newBuilder().setName(name))
                .build();
    }

    static TailLogsRequest tail(String name) {
        return TailLogsRequest.newBuilder()
                .setActionId(ActionIdentifier.newBuilder().setName(name))
                .build();
    }

    static byte[] framed(Message message) {
        return framed(0, message.toByteArray());
    }

    static byte[] framed(int flags, byte[] content) {
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) flags)
                .putInt(content.length)
                .put(content)
                .array();
    }

    static byte[] json(Message message) {
        try {
            return JsonFormat.printer().print(message).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    static byte[] gunzip(byte[] packed) {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <M> M parsed(com.google.protobuf.Parser<M> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
