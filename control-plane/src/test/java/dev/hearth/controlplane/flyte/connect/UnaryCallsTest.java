package dev.hearth.controlplane.flyte.connect;

import static dev.hearth.controlplane.flyte.connect.ConnectClient.JSON;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.PROTO;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.STREAM;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.gunzip;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.gzip;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.image;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.json;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.parsed;
import static dev.hearth.controlplane.flyte.connect.PlayedServices.GET_IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.flyte.connect.ConnectClient.Answer;
import flyteidl2.imagebuilder.GetImageResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnaryCallsTest {
    private static final byte[] ALPINE = image("alpine").toByteArray();

    private static CodecServer server;
    private static ConnectClient client;

    @BeforeAll
    static void start() {
        server = CodecServer.start();
        client = new ConnectClient(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void areAnsweredInTheFormatTheyCameIn() {
        Answer proto = client.call(GET_IMAGE, PROTO, ALPINE, "Connect-Protocol-Version", "1");
        assertThat(proto.status()).isEqualTo(200);
        assertThat(proto.header("Content-Type")).isEqualTo(PROTO);
        assertThat(proto.fqin()).isEqualTo("found:alpine");

        for (String type : new String[] {JSON, "application/json; charset=utf-8"}) {
            Answer json = client.call(GET_IMAGE, type, json(image("älpine")));
            assertThat(json.status()).isEqualTo(200);
            assertThat(json.header("Content-Type")).isEqualTo(JSON);
            assertThat(new String(json.body(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"image\":{\"fqin\":\"found:älpine\"}}");
        }
    }

    @Test
    void withoutABodyCarryTheDefaultMessage() {
        assertThat(client.call(GET_IMAGE, PROTO, new byte[0]).fqin()).isEqualTo("found:");
        assertThat(client.call(GET_IMAGE, PROTO, new byte[0], "Content-Encoding", "gzip")
                        .fqin())
                .isEqualTo("found:");
    }

    @Test
    void fieldsThatAreNotKnownHereAreIgnored() {
        byte[] body = "{\"id\":{\"name\":\"a\",\"newer\":1},\"future\":[{}]}".getBytes(StandardCharsets.UTF_8);
        assertThat(client.call(GET_IMAGE, JSON, body).status()).isEqualTo(200);
    }

    @Test
    void mayComePackedAndAreAnsweredPackedWhereThatIsWantedAndWorthIt() {
        String name = "x".repeat(5_000);
        byte[] large = gzip(image(name).toByteArray());
        Answer packed =
                client.call(GET_IMAGE, PROTO, large, "Content-Encoding", "gzip", "Accept-Encoding", "br, gzip;q=0.5");
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.body()).hasSizeLessThan(500);
        assertThat(parsed(GetImageResponse.parser(), gunzip(packed.body()))
                        .getImage()
                        .getFqin())
                .isEqualTo("found:" + name);

        Answer refusing =
                client.call(GET_IMAGE, PROTO, large, "Content-Encoding", "gzip", "Accept-Encoding", "gzip;q=0");
        assertThat(refusing.header("Content-Encoding")).isEmpty();
        assertThat(refusing.fqin()).isEqualTo("found:" + name);

        Answer small =
                client.call(GET_IMAGE, PROTO, gzip(ALPINE), "Content-Encoding", "gzip", "Accept-Encoding", "gzip");
        assertThat(small.header("Content-Encoding")).isEmpty();
        assertThat(small.fqin()).isEqualTo("found:alpine");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connect | 409 | aborted | The run was aborted.",
                "invalid | 400 | invalid_argument | project: must be 1 to 63 letters",
                "missing | 404 | not_found | There is no run 'x'.",
                "conflict | 400 | failed_precondition | It has ended.",
                "busy | 503 | unavailable | Come back later.",
                "database | 503 | unavailable | The database cannot serve this now.",
                "bug | 500 | internal | The server failed at this call",
            })
    void failWithACodeAndASentence(String failure, int status, String code, String message) {
        Answer answer = client.call(GET_IMAGE, PROTO, image(failure).toByteArray());
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo(JSON);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).startsWith(message).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flyteidl2.imagebuilder.ImageService/Nothing",
                "flyteidl2.workflow.RunService/CreateRun",
                "flyteidl2.app.AppService/Get",
                "flyteidl2.imagebuilder.ImageService/GetImage/",
                "flyteidl2.imagebuilder.ImageService/",
                "flyteidl2.imagebuilder.ImageService",
                "flyteidl2.x/y/z"
            })
    void whatIsNotServedIsToldSo(String path) {
        Answer answer = client.call(path, PROTO, ALPINE);
        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.code()).isEqualTo("unimplemented");
        assertThat(answer.message()).isEqualTo("Hearth does not serve " + path + ".");
    }

    @Test
    void otherContentTypesAreNamedTheRightOnes() {
        for (String type : new String[] {
            "text/plain",
            "application/grpc",
            "application/protobuf",
            "nonsense",
            "application/json; charset=latin1",
            STREAM
        }) {
            Answer answer = client.call(GET_IMAGE, type, ALPINE);
            assertThat(answer.status()).as(type).isEqualTo(415);
            assertThat(answer.code()).isEqualTo("unknown");
            assertThat(answer.message()).contains("application/proto");
        }
        assertThat(client.call(GET_IMAGE, "text/plain", ALPINE).header("Accept-Post"))
                .contains("application/connect+json");
    }

    @Test
    void otherMethodsThanPostAreRefused() {
        for (String method : new String[] {"GET", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
            Answer answer =
                    client.send(client.request(GET_IMAGE, PROTO, ALPINE).method(method, BodyPublishers.noBody()));
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("Allow")).isEqualTo("POST");
            assertThat(answer.message()).isEqualTo("Calls are made with POST.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Connect-Protocol-Version, 2, 400, invalid_argument",
        "Connect-Timeout-Ms, soon, 400, invalid_argument",
        "Connect-Timeout-Ms, -1, 400, invalid_argument",
        "Connect-Timeout-Ms, 12345678901, 400, invalid_argument",
        "Connect-Timeout-Ms, 0, 504, deadline_exceeded",
        "Content-Encoding, br, 501, unimplemented",
        "Content-Encoding, gzip, 400, invalid_argument",
    })
    void headersThatCannotBeMetAreRefused(String header, String value, int status, String code) {
        Answer answer = client.call(GET_IMAGE, PROTO, ALPINE, header, value);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).isNotBlank();
    }

    @Test
    void bodiesThatAreNoMessageAreRefused() {
        for (String body : new String[] {"{", "[]", "{\"id\":7}", "\u0000", "[".repeat(50_000)}) {
            Answer answer = client.call(GET_IMAGE, JSON, body.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertInvalid(answer);
        }
        assertInvalid(client.call(GET_IMAGE, JSON, new byte[] {'"', (byte) 0xff, '"'}));
        assertInvalid(client.call(GET_IMAGE, PROTO, new byte[] {0x0a, 0x7f, 1}));
        byte[] gzip = gzip(ALPINE);
        assertInvalid(client.call(GET_IMAGE, PROTO, Arrays.copyOf(gzip, gzip.length - 9), "Content-Encoding", "gzip"));
    }

    @Test
    void areLimitedPackedAndUnpacked() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1_024; i++) {
                gzip.write(zeros);
            }
        }
        Answer unpacked = client.call(GET_IMAGE, PROTO, bomb.toByteArray(), "Content-Encoding", "gzip");
        assertInvalid(unpacked);
        assertThat(unpacked.message()).contains("67108864 bytes");

        byte[] tooLong = new byte[RequestBody.MOST + 1];
        assertThat(client.call(GET_IMAGE, PROTO, tooLong).message()).contains("67108864 bytes");
        Answer chunked = client.send(client.request(GET_IMAGE, PROTO, ALPINE)
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(tooLong))));
        assertThat(chunked.message()).contains("67108864 bytes");
    }

    @Test
    void mayBeLongerThanTheBodiesOfOtherCalls() {
        String name = "x".repeat(20_000_000);
        assertThat(client.call(GET_IMAGE, PROTO, image(name).toByteArray()).fqin())
                .hasSize(20_000_006);
    }

    @Test
    void thatTakeTooLongAreToldSoAndGoOn() throws InterruptedException {
        PlayedServices played = server.played();
        played.served.clear();
        Answer answer = client.call(GET_IMAGE, PROTO, image("wait").toByteArray(), "Connect-Timeout-Ms", "30");
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.code()).isEqualTo("deadline_exceeded");
        assertThat(answer.message()).contains("PT0.03S");
        assertThat(played.served.poll(10, TimeUnit.SECONDS)).isEqualTo("wait");
        played.released.release();
        assertThat(played.served.poll(10, TimeUnit.SECONDS)).isEqualTo("released");

        assertThat(client.call(GET_IMAGE, PROTO, image("bug").toByteArray(), "Connect-Timeout-Ms", "20000")
                        .code())
                .isEqualTo("internal");
    }

    @Test
    void aBodyThatIsCutOffIsRefused() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /" + GET_IMAGE + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/proto\r\n"
                            + "Content-Length: 100\r\n\r\nshort")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400")
                    .contains("invalid_argument");
        }
    }

    private static void assertInvalid(Answer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_argument");
        assertThat(answer.message()).isNotBlank();
    }
}
