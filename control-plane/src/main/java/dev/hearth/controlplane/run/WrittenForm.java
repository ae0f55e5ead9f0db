package dev.hearth.controlplane.run;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One form for all ways to write a JSON value: without the order of fields and white space. Digits count: 1.0 is not 1. It is the text of
 * PostgreSQL's jsonb, because the SQL function {@code hearth_submit} compares by that.
 */
final class WrittenForm {
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Shorter names first, then by their bytes. */
    private static final Comparator<byte[]> NAMES =
            Comparator.<byte[]>comparingInt(name -> name.length).thenComparing(Arrays::compareUnsigned);

    /** Exponents that are written out; with more, a short text would become a very long one. */
    private static final int LONGEST_EXPONENT = 1_000;

    private final StringBuilder text = new StringBuilder();

    private WrittenForm() {}

    static byte[] sha256(String json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(of(json).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    static String of(String json) {
        try {
            WrittenForm form = new WrittenForm();
            form.write(EXACT.readTree(json));
            return form.text.toString();
        } catch (JacksonException beyondItsLimits) {
            return json;
        }
    }

    private void write(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> writeFields(node);
            case ARRAY -> {
                text.append('[');
                for (int i = 0; i < node.size(); i++) {
                    text.append(i == 0 ? "" : ", ");
                    write(node.get(i));
                }
                text.append(']');
            }
            case STRING -> writeText(node.stringValue());
            case NUMBER -> text.append(number(node.decimalValue()));
            default -> text.append(node);
        }
    }

    private void writeFields(JsonNode object) {
        List<Map.Entry<String, JsonNode>> fields = object.propertyStream()
                .sorted(Comparator.comparing(field -> field.getKey().getBytes(StandardCharsets.UTF_8), NAMES))
                .toList();
        text.append('{');
        for (int i = 0; i < fields.size(); i++) {
            text.append(i == 0 ? "" : ", ");
            writeText(fields.get(i).getKey());
            text.append(": ");
            write(fields.get(i).getValue());
        }
        text.append('}');
    }

    private static String number(BigDecimal value) {
        if (Math.abs((long) value.scale()) > LONGEST_EXPONENT) {
            return value.toString();
        }
        return (value.scale() < 0 ? value.setScale(0) : value).toPlainString();
    }

    private void writeText(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
