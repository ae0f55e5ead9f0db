package dev.hearth.controlplane.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.controlplane.environment.Api;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What pages of other sites can make a browser send here, header by header. */
@ExtendWith(OutputCaptureExtension.class)
class SiteTest {
    private static final String ENVIRONMENTS = "/api/v1/environments";
    private static final String LEVER = "POST " + ENVIRONMENTS + "/absent/pause";

    private static Api open;
    private static Api guarded;

    @BeforeAll
    static void start() {
        open = Api.start("--hearth.security.allowed-hosts=Hearth.Internal");
        guarded = Api.start(
                "--hearth.security.token=s3cret",
                "--hearth.security.allowed-origins=https://tools.example.com,http://other.example:81",
                "--server.forward-headers-strategy=framework");
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "https://hearth.example:8080",
                "http://hearth.example",
                "http://hearth.example:8081",
                "http://hearth.example.evil.example:8080",
                "http://hearth.example:8080/",
                "http://hearth.example:8080, http://evil.example",
                "null",
                "",
                "garbage",
                "file://",
                "chrome-extension://abc",
                "https://tools.example.com:444",
                "http://tools.example.com"
            })
    void aChangeThatAPageOfAnotherOriginAsksForIsRefusedThoughItsBrowserShowsTheToken(String origin) {
        String answer = guarded(LEVER, "Host: hearth.example:8080", "Origin: " + origin);
        assertThat(status(answer)).isEqualTo(403);
        assertThat(answer).contains("application/problem+json", "hearth.security.allowed-origins");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PUT " + ENVIRONMENTS + "/x",
                "POST /api/v1/runs",
                "POST /api/v1/runs:batch",
                "POST /api/v1/bundles",
                "POST /api/v1/runs/r/cancel",
                "POST /api/v1/replicas/1/drain",
                "POST /actuator/loggers/dev.hearth",
                "POST /flyteidl2.workflow.RunService/AbortRun",
                "POST /flyte/as/s3cret/flyteidl2.workflow.RunService/AbortRun",
                "PUT /flyte/uploads",
                "POST /flyte/token",
                "POST /",
                "DELETE /api/v1/runs/r",
                "PATCH /nothing",
                "PROPFIND /"
            })
    void soIsEveryOtherCallThatMayChangeSomething(String call) {
        assertThat(status(guarded(call, "Host: hearth.example", "Origin: http://evil.example")))
                .isEqualTo(403);
        assertThat(status(guarded(call, "Host: hearth.example", "Sec-Fetch-Site: cross-site")))
                .isEqualTo(403);
        assertThat(status(guarded(call, "Host: hearth.example", "Sec-Fetch-Site: same-site")))
                .isEqualTo(403);
    }

    @Test
    void theSecondOfTwoOriginsIsLookedAtToo() {
        assertThat(status(guarded(
                        LEVER, "Host: hearth.example", "Origin: http://hearth.example", "Origin: http://evil.example")))
                .isEqualTo(403);
    }

    @Test
    void ourOwnPagesAndAllowedOnesAndProgramsWithoutAnOriginGetThrough() {
        for (List<String> headers : List.of(
                List.of("Host: hearth.example"),
                List.of("Host: hearth.example", "Origin: http://hearth.example"),
                List.of("Host: HEARTH.example:80", "Origin: http://hearth.EXAMPLE"),
                List.of("Host: hearth.example:8080", "Origin: http://hearth.example:8080"),
                List.of("Host: [::1]:8080", "Origin: http://[::1]:8080"),
                List.of("Host: hearth.example", "Sec-Fetch-Site: none"),
                List.of("Host: hearth.example", "Origin: https://tools.example.com", "Sec-Fetch-Site: cross-site"),
                List.of("Host: hearth.example", "Origin: https://tools.example.com:443"),
                List.of("Host: hearth.example", "Origin: http://other.example:81"),
                // A proxy ends TLS: it says so, or the browser does.
                List.of(
                        "Host: 10.0.0.7:8080",
                        "Origin: https://hearth.example",
                        "X-Forwarded-Host: hearth.example",
                        "X-Forwarded-Proto: https"),
                List.of("Host: hearth.example", "Origin: https://hearth.example", "X-Forwarded-Proto: https"),
                List.of(
                        "Host: 10.0.0.7",
                        "Origin: https://hearth.example:8443",
                        "Forwarded: proto=https;host=\"hearth.example:8443\""),
                List.of("Host: hearth.example", "Origin: https://hearth.example", "Sec-Fetch-Site: same-origin"))) {
            assertThat(status(guarded(LEVER, headers.toArray(String[]::new))))
                    .as(headers.toString())
                    .isEqualTo(404);
        }
    }

    @Test
    void readingNeedsNoOriginAndNoOtherSiteMayReadTheAnswer() {
        String answer = guarded("GET " + ENVIRONMENTS, "Host: hearth.example", "Origin: http://evil.example");
        assertThat(status(answer)).isEqualTo(200);
        assertThat(answer).doesNotContainIgnoringCase("Access-Control-Allow");
        String preflight = guarded(
                "OPTIONS " + ENVIRONMENTS,
                "Host: hearth.example",
                "Origin: http://evil.example",
                "Access-Control-Request-Method: PUT");
        assertThat(status(preflight)).isEqualTo(403);
        assertThat(preflight).contains("problem+json").doesNotContainIgnoringCase("Access-Control-Allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "localhost.",
                "app.localhost:8080",
                "127.0.0.1",
                "127.255.3.4:8080",
                "[::1]:8080",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "hearth.internal",
                "HEARTH.internal.:99"
            })
    void withoutATokenTheNamesOfLoopbackAndThoseThatAreAllowedAreAnswered(String host) {
        assertThat(status(open("GET " + ENVIRONMENTS, "Host: " + host))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evillocalhost",
                "localhost.x",
                "0.0.0.0",
                "10.0.0.1",
                "[::]",
                "[fe80::1]",
                "sub.hearth.internal"
            })
    void anyOtherNameIsMisdirected(String host) {
        for (String call : List.of("GET /", "GET " + ENVIRONMENTS, LEVER, "GET /actuator/health", "GET /nothing")) {
            String answer = open(call, "Host: " + host, "Origin: http://" + host);
            assertThat(status(answer)).as(call).isEqualTo(421);
            assertThat(answer).contains("application/problem+json", "hearth.security.allowed-hosts", "HEARTH_TOKEN");
        }
    }

    @Test
    void aForwardedNameDoesNotStandInForTheRealOne() {
        assertThat(status(open("GET /openapi", "Host: evil.example", "X-Forwarded-Host: localhost")))
                .isEqualTo(421);
        try (Api proxied = Api.start("--server.forward-headers-strategy=framework")) {
            assertThat(status(call(
                            proxied,
                            "GET " + ENVIRONMENTS,
                            "HTTP/1.1",
                            "Host: evil.example",
                            "X-Forwarded-Host: localhost")))
                    .isEqualTo(421);
            assertThat(status(call(
                            proxied,
                            "GET " + ENVIRONMENTS,
                            "HTTP/1.1",
                            "Host: localhost",
                            "X-Forwarded-Host: evil.example")))
                    .isEqualTo(421);
            assertThat(status(call(
                            proxied,
                            "GET " + ENVIRONMENTS,
                            "HTTP/1.1",
                            "Host: localhost",
                            "X-Forwarded-Host: a.localhost")))
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    GET /api/v1/environments, HTTP/1.0, X: y, 200
                    GET /api/v1/environments, HTTP/1.0, Host: evil.example, 421
                    GET /api/v1/environments, HTTP/1.1, X: y, 400
                    GET /api/v1/environments, HTTP/1.1, Host: a b, 400
                    GET /api/v1/environments, HTTP/1.1, Host: localhost@evil.example, 400
                    GET http://evil.example/api/v1/environments, HTTP/1.1, Host: evil.example, 421
                    GET http://evil.example/api/v1/environments, HTTP/1.1, Host: localhost, 400
                    GET http://localhost/api/v1/environments, HTTP/1.1, Host: evil.example, 400
                    GET http://localhost/api/v1/environments, HTTP/1.1, Host: localhost, 200
                    """)
    void theAddressInTheRequestLineCountsToo(String call, String version, String header, int expected) {
        assertThat(status(call(open, call, version, header))).isEqualTo(expected);
    }

    @Test
    void twoHostsAreNone() {
        assertThat(status(open("GET " + ENVIRONMENTS, "Host: localhost", "Host: evil.example")))
                .isEqualTo(400);
    }

    @Test
    void probesAreAnsweredByAnyNameAndWithATokenSoIsEverything() {
        assertThat(status(open("GET /actuator/health/liveness", "Host: 10.1.2.3:8080")))
                .isEqualTo(200);
        assertThat(status(guarded("GET " + ENVIRONMENTS, "Host: whatever.example")))
                .isEqualTo(200);
    }

    @Test
    void everyAnswerTellsBrowsersWhatItIsNotFor() {
        for (String answer : List.of(
                open("GET /openapi", "Host: localhost"),
                open("GET /hearth.css", "Host: localhost"),
                open("GET /actuator/health/liveness", "Host: localhost"),
                open("GET " + ENVIRONMENTS + "/absent", "Host: localhost"),
                open("GET /nothing", "Host: localhost"),
                open("GET /", "Host: evil.example"),
                open("DELETE " + ENVIRONMENTS, "Host: localhost"),
                open("GET /%00", "Host: localhost"),
                open("GET /a{b", "Host: localhost"),
                open("GET /..;/..;/x", "Host: localhost"),
                call(guarded, "GET /", "HTTP/1.1", "Host: x"))) {
            assertThat(answer)
                    .contains(
                            "X-Content-Type-Options: nosniff",
                            "X-Frame-Options: DENY",
                            "Referrer-Policy: same-origin",
                            "frame-ancestors 'none'")
                    .containsIgnoringCase("Cache-Control: no-");
        }
    }

    @Test
    void whoIsRefusedAndWhoChangesSomethingLeavesALine(CapturedOutput output) {
        guarded("POST /api/v1/replicas/7/drain", "Host: x");
        assertThat(output).contains("called 404 from 127.0.0.1: POST /api/v1/replicas/7/drain by the token");
        call(guarded, "GET /api/v1/runs/secret?password=hush", "HTTP/1.1", "Host: x", basic("bob\r\nroot:wrong"));
        assertThat(output)
                .contains("refused 401 from 127.0.0.1: GET /api/v1/runs/secret by user 'bob??root'")
                .doesNotContain("wrong", "hush");
        call(guarded, "POST /flyte/as/notSoS3cret/flyteidl2.x.Y/AbortRun", "HTTP/1.1", "Host: x");
        call(guarded, "GET /", "HTTP/1.1", "Host: x", basic("s3cret:"));
        call(guarded, "GET /", "HTTP/1.1", "Host: x", "Authorization: Bearer forged");
        assertThat(output)
                .contains(
                        "POST /flyte/as/***/flyteidl2.x.Y/AbortRun by", "GET / by a password", "GET / by another token")
                .doesNotContain("S3cret", "s3cret", "forged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "null", "tools.example.com", "https://tools.example.com/path"})
    void whatIsNoOriginIsNoSetting(String origin) {
        assertThatThrownBy(() -> new SecuritySettings("", java.util.Set.of(origin), java.util.Set.of()))
                .hasMessageContaining("allowed-origins")
                .hasMessageContaining(origin);
    }

    @Test
    void ofOpenersBrowsersAreToldWhereTheyHeedIt() {
        String header = "Cross-Origin-Opener-Policy: same-origin";
        assertThat(open("GET /openapi", "Host: localhost:8080")).contains(header);
        assertThat(open("GET /openapi", "Host: [::1]:8080")).contains(header);
        assertThat(open("GET /openapi", "Host: hearth.internal")).doesNotContain(header);
        assertThat(guarded("GET /openapi", "Host: hearth.example", "X-Forwarded-Proto: https"))
                .contains(header);
        assertThat(guarded("GET /openapi", "Host: hearth.example")).doesNotContain(header);
    }

    private static String open(String call, String... headers) {
        return call(open, call, "HTTP/1.1", headers);
    }

    /** With the token, as a browser sends it that has stored it. */
    private static String guarded(String call, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Authorization: Bearer s3cret";
        return call(guarded, call, "HTTP/1.1", all);
    }

    private static String basic(String userAndPassword) {
        return "Authorization: Basic "
                + java.util.Base64.getEncoder().encodeToString(userAndPassword.getBytes(ISO_8859_1));
    }

    /** Written by hand: clients of the platform do not let Host and the request line be chosen. */
    private static String call(Api api, String call, String version, String... headers) {
        try (Socket socket = new Socket("127.0.0.1", api.port())) {
            String request = call + " " + version + "\r\n" + String.join("\r\n", headers)
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }
}
