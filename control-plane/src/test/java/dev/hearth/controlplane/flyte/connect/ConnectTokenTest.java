package dev.hearth.controlplane.flyte.connect;

import static dev.hearth.controlplane.flyte.connect.ConnectClient.PROTO;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.STREAM;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.framed;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.image;
import static dev.hearth.controlplane.flyte.connect.ConnectClient.tail;
import static dev.hearth.controlplane.flyte.connect.PlayedServices.GET_IMAGE;
import static dev.hearth.controlplane.flyte.connect.PlayedServices.TAIL_LOGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.flyte.connect.ConnectClient.Answer;
import org.junit.jupiter.api.Test;

class ConnectTokenTest {
    private static final byte[] ALPINE = image("alpine").toByteArray();

    @Test
    void withATokenCallersWhoDoNotShowItAreToldSoInTheFormOfTheProtocol() {
        try (CodecServer server = CodecServer.start("--hearth.security.token=s3cret")) {
            ConnectClient client = new ConnectClient(server);
            for (Answer answer : new Answer[] {
                client.call(GET_IMAGE, PROTO, ALPINE),
                client.call(GET_IMAGE, PROTO, ALPINE, "Authorization", "Bearer wrong"),
                client.call(TAIL_LOGS, STREAM, framed(tail("count 1"))),
                client.call("flyteidl2.no.Service/Where", PROTO, ALPINE)
            }) {
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.code()).isEqualTo("unauthenticated");
                assertThat(answer.message()).contains("HEARTH_TOKEN");
                assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
            }
            assertThat(client.call(GET_IMAGE, PROTO, ALPINE, "Authorization", "Bearer s3cret")
                            .fqin())
                    .isEqualTo("found:alpine");
            assertThat(client.call("flyte/as/s3cret/" + GET_IMAGE, PROTO, ALPINE)
                            .fqin())
                    .as("the token in the address")
                    .isEqualTo("found:alpine");
        }
    }

    @Test
    void pagesOfOtherSitesMakeNoCalls() {
        try (CodecServer server = CodecServer.start()) {
            Answer answer = new ConnectClient(server).call(GET_IMAGE, PROTO, ALPINE, "Sec-Fetch-Site", "cross-site");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("permission_denied");
        }
    }
}
