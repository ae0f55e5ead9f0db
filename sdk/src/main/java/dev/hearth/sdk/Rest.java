package dev.hearth.sdk;

import dev.hearth.api.ExactJson;
import dev.hearth.api.Problem;
import dev.hearth.model.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Plain calls of the server's REST interface over one kept-alive client, for tools; programs use {@link Hearth}. Problem
 * answers become {@link HearthException}. Thread-safe.
 */
public final class Rest implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int MOST_PORT = 65_535;
    private static final Duration ANSWER = Duration.ofSeconds(120);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            // Answers are taken on the client's own thread: a hand-over to a pool costs more than taking them.
            .executor(Runnable::run)
            .build();
    private final String endpoint;
    private final @Nullable String token;

    /** @throws IllegalArgumentException if the endpoint is no address such as {@code http://127.0.0.1:8080} */
    public Rest(String endpoint, @Nullable String token) {
        this.endpoint = checked(endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint);
        this.token = token;
    }

    /** The client refuses a faulty address too, but in words of its own, and not before the first call. */
    private static String checked(String endpoint) {
        try {
            URI address = HttpRequest.newBuilder(URI.create(endpoint)).build().uri();
            if (address.getPort() <= MOST_PORT) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(noAddress(endpoint), e);
        }
        throw new IllegalArgumentException(noAddress(endpoint));
    }

    private static String noAddress(String endpoint) {
        return "'" + endpoint + "' is no address of a server; write http://host:port";
    }

    public <T> T get(String path, Class<T> type) {
        return read(exchange("GET", path, BodyPublishers.noBody(), null), type);
    }

    public String text(String path) {
        return new String(exchange("GET", path, BodyPublishers.noBody(), null), StandardCharsets.UTF_8);
    }

    public <T> T send(String method, String path, @Nullable Object body, Class<T> type) {
        BodyPublisher content = body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(Json.write(body));
        return read(exchange(method, path, content, "application/json"), type);
    }

    public <T> T upload(String path, byte[] content, String mediaType, Class<T> type) {
        return read(exchange("POST", path, BodyPublishers.ofByteArray(content), mediaType), type);
    }

    /** An answer as it comes in, for live logs. The caller closes it. */
    public InputStream stream(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path));
        headers.forEach(request::setHeader);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            if (response.statusCode() >= 400) {
                try (InputStream body = response.body()) {
                    throw problem(response.statusCode(), body.readAllBytes());
                }
            }
            return response.body();
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HearthException("interrupted while calling " + endpoint, e);
        }
    }

    private byte[] exchange(String method, String path, BodyPublisher body, @Nullable String mediaType) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path))
                .timeout(ANSWER)
                .method(method, body);
        if (mediaType != null) {
            request.header("Content-Type", mediaType);
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() >= 400) {
                throw problem(response.statusCode(), response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HearthException("interrupted while calling " + endpoint, e);
        }
    }

    private HearthException unreachable(IOException cause) {
        return new HearthException(
                "no server answers at " + endpoint + "; start one with ./hearth up, or set HEARTH_ENDPOINT (" + cause
                        + ")",
                cause);
    }

    private static HearthException problem(int status, byte[] body) {
        try {
            Problem problem = Json.LENIENT.readValue(body, Problem.class);
            List<Violation> errors = problem.errors() == null ? List.of() : problem.errors();
            return new HearthException(status, problem.title() + ": " + words(problem.detail(), errors), errors);
        } catch (JacksonException e) {
            return new HearthException(
                    status, "HTTP " + status + ": " + new String(body, StandardCharsets.UTF_8), List.of());
        }
    }

    /** Most details sum their faults up; only what they leave out is added. */
    private static String words(@Nullable String detail, List<Violation> errors) {
        String sum = Objects.requireNonNullElse(detail, "");
        return sum
                + errors.stream()
                        .map(error -> error.field() + ": " + error.message())
                        .filter(fault -> !sum.contains(fault))
                        .map(fault -> "\n  " + fault)
                        .collect(Collectors.joining());
    }

    private <T> T read(byte[] body, Class<T> type) {
        try {
            return ExactJson.read(Json.LENIENT.readerFor(type), body);
        } catch (JacksonException e) {
            throw new HearthException(
                    "what answers at " + endpoint + " is no Hearth server, or not of this version", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
