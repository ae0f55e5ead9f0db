package dev.hearth.controlplane.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.environment.Api;
import dev.hearth.controlplane.environment.Api.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadRequestTest {
    private static final String JSON = "application/json";
    private static final String JAR = "application/java-archive";
    private static Api api;

    @BeforeAll
    static void start() {
        api = Api.start("--hearth.http.max-body=64KB", "--hearth.environment.max-bundle=256KB");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @ParameterizedTest(name = "{0} {1} with {2} {3} is {4}: {5}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "PUT | /api/v1/environments/x | application/json | {} | 400 | image: must be",
                "PUT | /api/v1/environments/x | application/json | [] | 400 | JSON object",
                "PUT | /api/v1/environments/x | application/json | null | 400 | JSON object",
                "PUT | /api/v1/environments/x | application/json | 7 | 400 | JSON object",
                "PUT | /api/v1/environments/x | application/json | ~~ | 400 | missing",
                "PUT | /api/v1/environments/x | application/json | { | 400 | not JSON",
                "PUT | /api/v1/environments/x | application/json | {} {} | 400 | not JSON",
                "PUT | /api/v1/environments/x | application/json | {\"image\": \"a\", \"image\": \"b\"} | 400 | image",
                "PUT | /api/v1/environments/x | application/json | {\"image\": NaN} | 400 | Non-standard token 'NaN'.",
                "PUT | /api/v1/environments/x | application/json | {\"image\": +1 | 400 | plus signs.",
                "PUT | /api/v1/environments/x | application/json | {\"image\": 1 | 400 | expected close marker for Object.",
                "PUT | /api/v1/environments/x | application/json | {\"image\": nul} | 400 | not JSON at line 1",
                "PUT | /api/v1/environments/x | application/json | {\"image\": \"\\u0000\"} | 400 | image",
                "PUT | /api/v1/environments/x | application/json | {\"no\\u0000pe\": 1} | 400 | is no field here",
                "PUT | /api/v1/environments/x | text/plain | {} | 415 | supported: application/json",
                "PUT | /api/v1/environments/x | application/x-www-form-urlencoded | a=b | 415 | supported: application/json",
                "PUT | /api/v1/environments/x | multipart/form-data | {} | 415 | supported: application/json",
                "PUT | /api/v1/environments/x | multipart/form-data; boundary=x | {} | 415 | supported: application/json",
                "POST | /api/v1/environments/x/pause | application/x-www-form-urlencoded | a=%zz | 415 | supported: application/json",
                "POST | /api/v1/environments/x/pause | application/x-www-form-urlencoded | project=other | 415 | supported: application/json",
                "PUT | /api/v1/environments/x | application/yaml | image: a | 415 | application/yaml",
                "PUT | /api/v1/environments/x | application/merge-patch+json | {} | 415 | application/merge-patch+json",
                "PUT | /api/v1/environments/x | application/json;charset=utf-16 | {} | 415 | charset",
                "PUT | /api/v1/environments/x | application/json;charset=nonsense | {} | 415 | supported: application/json",
                "PUT | /api/v1/environments/x | application/json;charset=UTF-8 | {} | 400 | image: must be",
                "PUT | /api/v1/environments/x?projct=a | application/json | {} | 400 | projct: is no parameter of this call; it takes project",
                "PUT | /api/v1/environments/x?Project=a | application/json | {} | 400 | Project: is no parameter",
                "PUT | /api/v1/environments/x?project=a&project=b | application/json | {} | 400 | project: must be given once",
                "GET | /api/v1/environments?limit=1&limit=1 | ~~ | ~~ | 400 | limit: must be given once",
                "GET | /api/v1/environments?limit=1&Offset=2 | ~~ | ~~ | 400 | Offset: is no parameter of this call; it takes cursor, limit, project",
                "GET | /api/v1/environments?%6cimit=1&limit=2 | ~~ | ~~ | 400 | limit: must be given once",
                "GET | /api/v1/environments?=1 | ~~ | ~~ | 400 | is no parameter",
                "GET | /api/v1/bundles/abc?x | ~~ | ~~ | 400 | x: is no parameter of this call, which takes none",
                "POST | /api/v1/environments/x/pause?force=true | ~~ | ~~ | 400 | force: is no parameter",
                "GET | /api/v1/environments;limit=1 | ~~ | ~~ | 400 | ';'",
                "GET | /api/v1/environments/x%2fy | ~~ | ~~ | 400 | ~~",
                "PUT | /api/v1/environments/x | nonsense | {} | 415 | missing or unreadable",
                "PUT | /api/v1/environments/9lives | application/json | {} | 400 | begin with a letter",
                "PUT | /api/v1/environments/x%20y | application/json | {} | 400 | begin with a letter",
                "PUT | /api/v1/environments/x%00y | application/json | {} | 400 | ~~",
                "PUT | /api/v1/environments/x?project=%00 | application/json | {} | 400 | U+0000",
                "PUT | /api/v1/environments/x?project=%ff | application/json | {} | 400 | UTF-8",
                "PUT | /api/v1/environments/x?project=a/b | application/json | {} | 400 | project",
                "PUT | /api/v1/environments/x?project= | application/json | {} | 400 | image",
                "POST | /api/v1/environments/x | application/json | {} | 405 | supported: GET, PUT",
                "DELETE | /api/v1/environments/x | application/json | ~~ | 405 | supported: GET, PUT",
                "PATCH | /api/v1/environments | application/json | {} | 405 | supported: GET",
                "GET | /api/v1/environments/missing | ~~ | ~~ | 404 | no environment missing",
                "GET | /api/v1/environments/%C3%A9 | ~~ | ~~ | 400 | begin with a letter",
                "GET | /api/v1/environments?limit=0 | ~~ | ~~ | 400 | limit: must be 1 to 500",
                "GET | /api/v1/environments?limit=501 | ~~ | ~~ | 400 | limit: must be 1 to 500",
                "GET | /api/v1/environments?limit=many | ~~ | ~~ | 400 | limit: must be a whole number",
                "GET | /api/v1/environments?limit=99999999999 | ~~ | ~~ | 400 | limit: must be a whole number",
                "GET | /api/v1/environments?cursor=! | ~~ | ~~ | 400 | cursor",
                "GET | /api/v1/environments?cursor=AAAA | ~~ | ~~ | 400 | cursor",
                "GET | /api/v1/environments?cursor= | ~~ | ~~ | 400 | cursor",
                "GET | /api/v1/environments?project=%F0%9F%92%A9 | ~~ | ~~ | 400 | project",
                "GET | /api/v1/nowhere | ~~ | ~~ | 404 | /openapi",
                "GET | /nowhere | ~~ | ~~ | 404 | /openapi",
                "GET | /error | ~~ | ~~ | 404 | ~~",
                "GET | /api/v1/bundles | ~~ | ~~ | 405 | supported: POST",
                "GET | /api/v1/bundles/abc | ~~ | ~~ | 400 | 64 lower-case hexadecimal digits",
                "GET | /api/v1/bundles/..%2f..%2fetc/content | ~~ | ~~ | 400 | ~~",
                "GET | /api/v1/bundles/0000000000000000000000000000000000000000000000000000000000000000 | ~~ | ~~ | 404 | no bundle",
                "GET | /api/v1/bundles/0000000000000000000000000000000000000000000000000000000000000000/content | ~~ | ~~ | 404 | no bundle",
                "POST | /api/v1/bundles | application/java-archive | nojar | 400 | no jar",
                "POST | /api/v1/bundles | application/java-archive | ~~ | 400 | no jar",
                "POST | /api/v1/bundles | application/json | {} | 415 | supported: application/java-archive",
                "TRACE | /api/v1/environments | ~~ | ~~ | 405 | ~~",
                "FOO | /api/v1/environments | ~~ | ~~ | 405 | ~~",
            })
    void isAnsweredWithAProblemThatSaysWhy(
            String method, String path, String type, String body, int status, String detail) {
        Answer answer = type.isEmpty()
                ? api.call(method, path, BodyPublishers.noBody())
                : api.call(method, path, BodyPublishers.ofString(body), "Content-Type", type);
        assertProblem(answer, status, detail);
    }

    @Test
    void invalidUtf8IsRefused() {
        byte[] body = "{\"image\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        Answer answer =
                api.call("PUT", "/api/v1/environments/x", BodyPublishers.ofByteArray(body), "Content-Type", JSON);
        assertProblem(answer, 400, "");
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertProblem(api.put("/api/v1/environments/x", "[".repeat(20_000)), 400, "not JSON");
    }

    @Test
    void aBodyThatIsTooLongIsRefusedWithOrWithoutItsLength() {
        byte[] body = ("{\"image\": \"" + "x".repeat(70_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertProblem(
                api.call("PUT", "/api/v1/environments/x", BodyPublishers.ofByteArray(body), "Content-Type", JSON),
                413,
                "65536 bytes");
        assertProblem(
                api.call("PUT", "/api/v1/environments/x", chunked(body), "Content-Type", JSON), 413, "65536 bytes");
    }

    @Test
    void bundlesHaveALimitOfTheirOwn() {
        assertProblem(
                api.call("POST", "/api/v1/bundles", chunked(new byte[100_000]), "Content-Type", JAR), 400, "no jar");
        assertProblem(
                api.call("POST", "/api/v1/bundles", chunked(new byte[300_000]), "Content-Type", JAR),
                413,
                "262144 bytes");
        assertProblem(
                api.call("POST", "/api/v1/bundles", BodyPublishers.ofByteArray(new byte[300_000]), "Content-Type", JAR),
                413,
                "262144 bytes");
    }

    @Test
    void aJarThatCannotBeDescribedIsRefusedWithTheReason() {
        assertProblem(api.upload(Api.jar("broken")), 400, "The class Broken cannot be loaded.");
    }

    @Test
    void longValuesAreNotSentBackWhole() {
        Answer answer = api.put("/api/v1/environments/x", "{\"image\": \"" + "x".repeat(5_000) + "\"}");
        assertThat(answer.body().at("/errors/0/value").stringValue()).hasSizeLessThan(300);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image/png | supported: application/json",
                "application/yaml | supported: application/json",
                "text/html | application/json",
                "garbage | no list of media types",
                "*/json | no list of media types",
                "application/json;q=7 | application/json",
            })
    void anUnacceptableAnswerTypeIsRefusedWithWhatThereIs(String accept, String detail) {
        assertProblem(api.get("/api/v1/environments", "Accept", accept), 406, detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "GZIP", "gzip, gzip", "x-unknown"})
    void aPackedBodyIsRefusedUnread(String encoding) {
        for (String path : List.of("/api/v1/environments/x", "/api/v1/bundles")) {
            Answer answer = api.call(
                    "PUT",
                    path,
                    BodyPublishers.ofByteArray(new byte[100]),
                    "Content-Type",
                    JSON,
                    "Content-Encoding",
                    encoding);
            assertProblem(answer, 415, encoding);
            assertThat(answer.response().headers().firstValue("Accept-Encoding"))
                    .hasValue("identity");
        }
    }

    @Test
    void aBodyWithoutATypeIsRefused() {
        assertProblem(
                api.call("PUT", "/api/v1/environments/x", BodyPublishers.ofString("{}")),
                415,
                "supported: application/json");
    }

    @Test
    void aMethodThatIsNotThereSaysWhichAre() {
        for (String method : List.of("DELETE", "FOO", "PATCH")) {
            assertThat(api.call(method, "/api/v1/environments", BodyPublishers.noBody())
                            .response()
                            .headers()
                            .firstValue("Allow"))
                    .as(method)
                    .hasValueSatisfying(allowed -> assertThat(allowed).contains("GET"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /api/v1/environments?project=% HTTP/1.1",
        "GET /api/v1/environments/%zz HTTP/1.1",
        "GET /api/v1/environments/<x> HTTP/1.1",
        "GET /api/v1/environments/a%2Fb HTTP/1.1",
        "GET /api/v1/environments/../../etc HTTP/1.1",
        "GARBAGE"
    })
    void addressesThatNoClientWouldSendAreRefused(String requestLine) throws IOException {
        String answer = raw(requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("<html");
    }

    @ParameterizedTest
    @CsvSource({"POST /api/v1/bundles, application/java-archive", "PUT /api/v1/environments/x, application/json"})
    void aBodyWithBrokenChunksIsRefused(String call, String type) throws IOException {
        String answer = raw(call + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\nbody\r\n0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400").contains("application/problem+json");
    }

    private static void assertProblem(Answer answer, int status, String detail) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        assertThat(answer.response().headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/problem+json");
        assertThat(answer.body().get("status").intValue()).isEqualTo(status);
        assertThat(answer.body().get("title").stringValue()).isNotBlank();
        assertThat(answer.body().get("detail").stringValue()).contains(detail);
    }

    private static BodyPublisher chunked(byte[] body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", api.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
