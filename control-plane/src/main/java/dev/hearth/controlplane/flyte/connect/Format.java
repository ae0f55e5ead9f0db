package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.hearth.controlplane.problem.Texts;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How messages are written. */
enum Format {
    PROTO {
        @Override
        Message parse(byte[] bytes, Message defaultMessage) throws InvalidProtocolBufferException {
            return defaultMessage.getParserForType().parseFrom(bytes);
        }

        @Override
        byte[] write(Message message) {
            return message.toByteArray();
        }
    },
    JSON {
        @Override
        Message parse(byte[] bytes, Message defaultMessage)
                throws InvalidProtocolBufferException, CharacterCodingException {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (!Texts.isUnicode(text)) {
                throw new InvalidProtocolBufferException("a text holds half of a surrogate pair");
            }
            Message.Builder builder = defaultMessage.newBuilderForType();
            PARSER.merge(text, builder);
            return builder.build();
        }

        @Override
        byte[] write(Message message) {
            try {
                return PRINTER.print(message).getBytes(StandardCharsets.UTF_8);
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException("An answer holds a message that is not of the Flyte API", e);
            } catch (IllegalArgumentException e) {
                // Such as a time after the year 9999, or a Value that is infinite.
                throw new ConnectException(
                        Code.OUT_OF_RANGE, "The answer cannot be written as JSON, ask for protobuf: " + e.getMessage());
            }
        }
    };

    /** Newer clients may send fields that are not known here, in JSON as in protobuf. */
    private static final JsonFormat.Parser PARSER =
            JsonFormat.parser().ignoringUnknownFields().usingTypeRegistry(FlyteApi.TYPES);

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().omittingInsignificantWhitespace().usingTypeRegistry(FlyteApi.TYPES);

    abstract Message parse(byte[] bytes, Message defaultMessage)
            throws InvalidProtocolBufferException, CharacterCodingException;

    abstract byte[] write(Message message);

    /** A message of the type of {@code defaultMessage}; refuses bytes that are none. */
    @SuppressWarnings("unchecked")
    <M extends Message> M read(byte[] bytes, M defaultMessage) {
        try {
            return (M) parse(bytes, defaultMessage);
        } catch (InvalidProtocolBufferException | CharacterCodingException e) {
            throw ConnectException.invalid("The request cannot be read as "
                    + defaultMessage.getDescriptorForType().getFullName() + " in " + name().toLowerCase(Locale.ROOT)
                    + ": " + e.getMessage());
        }
    }
}
