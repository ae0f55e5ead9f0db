package dev.hearth.controlplane;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** JSON documents as anybody might write them: all kinds of numbers, escapes, spaces and depths. Every one is well-formed. */
public final class WrittenJson {
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "-0.0",
        "0.0",
        "1.10",
        "1E2",
        "1e2",
        "1E+2",
        "1e-7",
        "1e400",
        "-1e400",
        "1e999999999",
        "1E-999999999",
        "0.1000000000000000055",
        "100.00",
        "123456789012345678901234567890",
        "9007199254740993",
        "-9223372036854775809",
        "0.30000000000000004",
        "5e-324",
        "1.7976931348623157e309",
        "12345.678900e+00012",
        "2147483648",
        "1e0",
        "9".repeat(300),
        "0." + "3".repeat(300)
    };
    private static final String[] PARTS = {
        "a",
        "Z",
        " ",
        "é",
        "\\u00e9",
        "\\u00E9",
        "\\/",
        "/",
        "\\n",
        "\\t",
        "\\\\",
        "\\\"",
        "\\u0000",
        "\\b",
        "\\f",
        "\\r",
        "\uD83D\uDD25",
        "\\ud83d\\udd25",
        "漢",
        "\u2028",
        "\u2029",
        "<b>",
        "&amp;",
        "'",
        "\u007f",
        "\\u000a",
        "{}",
        "data:",
        "\uFEFF",
        "\uFFFF"
    };
    private static final String[] SPACES = {"", "", "", "", " ", "  ", "\n", "\r\n", "\r", "\t", "\n\n  "};

    private final Random random;

    public WrittenJson(long seed) {
        this.random = new Random(seed);
    }

    /** Without spaces around it. */
    public String next() {
        StringBuilder text = new StringBuilder();
        if (random.nextInt(50) == 0) {
            int depth = random.nextInt(400);
            text.append("[".repeat(depth));
            value(text, 0);
            text.append("]".repeat(depth));
        } else {
            value(text, random.nextInt(6));
        }
        return text.toString();
    }

    private void value(StringBuilder text, int depth) {
        switch (depth == 0 ? random.nextInt(5) : 3 + random.nextInt(5)) {
            case 0 -> text.append("null");
            case 1 -> text.append(random.nextBoolean());
            case 2 -> text(text);
            case 3, 4 -> number(text);
            case 5 -> array(text, depth);
            default -> object(text, depth);
        }
    }

    private void array(StringBuilder text, int depth) {
        text.append('[');
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ",");
            space(text);
            value(text, depth - 1);
            space(text);
        }
        text.append(size == 0 ? space() : "").append(']');
    }

    private void object(StringBuilder text, int depth) {
        text.append('{');
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ",");
            space(text);
            text.append('"').append(9 - i);
            parts(text);
            text.append('"');
            space(text);
            text.append(':');
            space(text);
            value(text, depth - 1);
            space(text);
        }
        text.append(size == 0 ? space() : "").append('}');
    }

    private void number(StringBuilder text) {
        switch (random.nextInt(4)) {
            case 0 -> text.append(random.nextLong());
            case 1 -> text.append(random.nextDouble() * Math.pow(10, random.nextInt(40) - 20));
            default -> text.append(NUMBERS[random.nextInt(NUMBERS.length)]);
        }
    }

    private void text(StringBuilder text) {
        text.append('"');
        parts(text);
        text.append('"');
    }

    private void parts(StringBuilder text) {
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(PARTS[random.nextInt(PARTS.length)]);
        }
    }

    private void space(StringBuilder text) {
        text.append(space());
    }

    private String space() {
        return SPACES[random.nextInt(SPACES.length)];
    }

    public static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
