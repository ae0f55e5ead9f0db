package dev.hearth.api;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.util.TokenBuffer;

/**
 * A JSON value as it was written, to the last digit, escape and space. As the type of a task's input or output it hands on what
 * came in untouched; {@link ExactJson} reads it. Two are equal if they are written alike.
 */
@JsonSerialize(using = RawJson.Writing.class)
@JsonDeserialize(using = RawJson.Reading.class)
public final class RawJson {
    public static final RawJson NULL = new RawJson("null");

    private final String text;

    private RawJson(String text) {
        this.text = text;
    }

    /**
     * Takes a text that is one JSON value.
     *
     * @throws IllegalArgumentException if it is none, has trailing content or doubled keys, or is nested deeper than 500 levels
     */
    public static RawJson of(String json) {
        return of(json, 500);
    }

    /** As {@link #of(String)}, nested so many levels at most. */
    public static RawJson of(String json, int deepest) {
        try {
            if (ExactJson.depth(json) > deepest) {
                throw new IllegalArgumentException("nested deeper than " + deepest + " levels");
            }
            return new RawJson(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON: " + ExactJson.words(e), e);
        }
    }

    public String text() {
        return text;
    }

    /** In UTF-8. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawJson json && json.text.equals(text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text);
    }

    @Override
    public String toString() {
        return text;
    }

    static final class Writing extends ValueSerializer<RawJson> {
        @Override
        public void serialize(RawJson value, JsonGenerator generator, SerializationContext context) {
            if (generator instanceof TokenBuffer) {
                // A tree has no place for text.
                ExactJson.copy(value.text, generator);
            } else {
                generator.writeRawValue(value.text);
            }
        }
    }

    static final class Reading extends ValueDeserializer<RawJson> {
        @Override
        public RawJson deserialize(JsonParser parser, DeserializationContext context) {
            return context.getAttribute(ExactJson.Source.class) instanceof ExactJson.Source source
                            && source.parser() == parser
                    ? new RawJson(source.skipped())
                    : new RawJson(context.readTree(parser).toString());
        }

        @Override
        public RawJson getNullValue(DeserializationContext context) {
            return NULL;
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }
}
