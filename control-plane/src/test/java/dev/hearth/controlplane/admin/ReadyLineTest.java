package dev.hearth.controlplane.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

class ReadyLineTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:4711",
        "localhost, http://localhost:4711",
        "192.0.2.1, http://192.0.2.1:4711",
        "::1, http://[::1]:4711",
        "0.0.0.0, 'http://127.0.0.1:4711, and at every other address of this machine'",
        "::, 'http://127.0.0.1:4711, and at every other address of this machine'",
        "'', 'http://127.0.0.1:4711, and at every other address of this machine'"
    })
    void saysWhereTheServerIs(String bound, String place) {
        MockEnvironment settings =
                new MockEnvironment().withProperty("server.address", bound).withProperty("local.server.port", "4711");
        assertThat(ReadyLine.place(settings)).isEqualTo(place);
    }
}
