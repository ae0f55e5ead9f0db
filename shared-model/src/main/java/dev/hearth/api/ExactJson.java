package dev.hearth.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON without losing what was written: {@link RawJson} takes its text as it stands, a {@link java.math.BigDecimal} is
 * written again with the digits it was read from, and a number that is too large for a {@code double} is refused.
 */
public final class ExactJson {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** Of messages: settings of the reader, which are not the writer's to change. */
    private static final Pattern SETTINGS = Pattern.compile(
            "[:;,]? ?enable `[^`]*` to allow| \\(not recognized as one since Feature [^)]*\\)| \\(start marker at \\[.*|"
                    + ", from `\\w+\\.\\w+\\(\\)`");

    private ExactJson() {}

    /** What a parser reads from. */
    record Source(String text, JsonParser parser) {
        /** The text of the value that the parser stands at, which it skips. */
        String skipped() {
            boolean isWhole = parser.streamReadContext().inRoot();
            int begin = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
            parser.skipChildren();
            parser.finishToken();
            if (isWhole) {
                // The reader refuses what is not blank behind it.
                return text;
            }
            return text.substring(
                    begin, Math.toIntExact(parser.currentLocation().getCharOffset()));
        }
    }

    /** Reads the type of the reader. */
    public static <T> T read(ObjectReader reader, String json) {
        try (JsonParser parser = new ExactParser(reader.createParser(json))) {
            return reader.withAttribute(Source.class, new Source(json, parser)).readValue(parser);
        }
    }

    /** As {@link #read(ObjectReader, String)}, from UTF-8. */
    public static <T> T read(ObjectReader reader, byte[] json) {
        return read(reader, text(json));
    }

    /**
     * The text of UTF-8.
     *
     * @throws StreamReadException if the bytes are no UTF-8
     */
    public static String text(byte[] json) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            throw new StreamReadException("it is not written in UTF-8");
        }
    }

    /** What is wrong with a JSON document, to whom it is theirs: without the names of settings of the reader. */
    public static String words(JacksonException fault) {
        String first =
                String.valueOf(fault.getOriginalMessage()).lines().findFirst().orElse("unexpected content");
        return SETTINGS.matcher(first).replaceAll("");
    }

    /**
     * How deeply a JSON value is nested: 0 for a text, a number, true, false and null.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON value, or has doubled keys
     */
    static int depth(String json) {
        int deepest = 0;
        try (JsonParser parser = STRICT.createParser(json)) {
            do {
                if (parser.nextToken() == null) {
                    throw new StreamReadException(parser, "it is empty");
                }
                deepest = Math.max(deepest, parser.streamReadContext().getNestingDepth());
            } while (!parser.streamReadContext().inRoot());
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "it is more than one value");
            }
        }
        return deepest;
    }

    /** Writes the tokens of a JSON value. */
    static void copy(String json, JsonGenerator generator) {
        try (JsonParser parser = new ExactParser(STRICT.createParser(json))) {
            parser.nextToken();
            generator.copyCurrentStructureExact(parser);
        }
    }
}
