package dev.hearth.controlplane.flyte.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Value;
import flyteidl2.imagebuilder.ImageIdentifier;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\uDFFF\\uD800", "\\ud800x\\udc00", "\\ud800\\n\\udc00", "\\\\\\ud800"})
    void halfOfASurrogatePairIsNoText(String text) {
        assertThatThrownBy(() -> name(text))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("half of a surrogate pair");
    }

    @Test
    void otherEscapesAreTheirCharacters() {
        assertThat(name("\\ud83d\\ude00")).isEqualTo("\uD83D\uDE00");
        assertThat(name("\\\\ud800")).isEqualTo("\\ud800");
        assertThat(name("\\u0041\\n")).isEqualTo("A\n");
    }

    private static String name(String escaped) {
        byte[] json = ("{\"name\":\"" + escaped + "\"}").getBytes(StandardCharsets.UTF_8);
        return Format.JSON.read(json, ImageIdentifier.getDefaultInstance()).getName();
    }

    @Test
    void anAnswerThatJsonCannotHoldIsRefusedWithASentence() {
        Value infinite = Value.newBuilder().setNumberValue(1.0 / 0).build();
        assertThatThrownBy(() -> Format.JSON.write(infinite))
                .isInstanceOfSatisfying(
                        ConnectException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(Code.OUT_OF_RANGE))
                .hasMessageContaining("ask for protobuf");
    }
}
