package dev.hearth.controlplane.live;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;

/**
 * Messages of any type, made at random from their descriptors, or valid ones that are changed in a place or two.
 *
 * @param known texts that mean something to the server
 */
record FuzzedMessages(Random random, List<String> known) {
    private static final int DEEPEST = 5;

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a0",
            "\0",
            "a\0b",
            "..",
            "../../../../etc/passwd",
            "/etc/passwd",
            "file:///etc/passwd",
            "file://",
            "file://\0",
            "s3://bucket/key",
            "a/b",
            "a b",
            "-1",
            "1e400",
            "NaN",
            "4294967295",
            "99999999999999999999",
            "{{.input}}",
            "{x}",
            "%00",
            "\r\nX: y",
            "<script>alert(1)</script>",
            "\uD83D\uDE00",
            "\uFFFE",
            "x".repeat(300),
            "y".repeat(5_000));

    private static final List<String> LONG_TEXTS = List.of("z".repeat(100_000), "\u00e9".repeat(1_000_000));

    private static final long[] NUMBERS = {
        0,
        1,
        2,
        5,
        100,
        -1,
        1_001,
        10_001,
        999_999_999,
        1L << 31,
        (1L << 31) - 1,
        -(1L << 31),
        315_576_000_000L,
        Long.MAX_VALUE / 2,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final double[] FRACTIONS = {
        0, -0.0, -1, 0.5, 1, 2, 5, 1e9, 1e300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    /** Of the type of this one. */
    Message random(Message type) {
        return fill(type.newBuilderForType(), DEEPEST);
    }

    /** One or two fields are replaced, wherever they are. */
    Message changed(Message valid) {
        Message once = change(valid);
        return random.nextInt(3) == 0 ? change(once) : once;
    }

    String text() {
        return switch (random.nextInt(60)) {
            case 0 -> one(LONG_TEXTS);
            case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 -> one(known);
            default -> one(TEXTS);
        };
    }

    private Message fill(Message.Builder builder, int depth) {
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            if (random.nextInt(3) > 0 && (depth > 0 || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE)) {
                set(builder, field, depth);
            }
        }
        return builder.build();
    }

    private void set(Message.Builder builder, FieldDescriptor field, int depth) {
        if (!field.isRepeated()) {
            builder.setField(field, value(builder, field, depth));
            return;
        }
        builder.clearField(field);
        for (int left = random.nextInt(depth > 2 ? 4 : 2); left > 0; left--) {
            builder.addRepeatedField(field, value(builder, field, depth));
        }
    }

    private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        double fraction = FRACTIONS[random.nextInt(FRACTIONS.length)];
        return switch (field.getJavaType()) {
            case INT -> (int) number;
            case LONG -> number;
            case FLOAT -> (float) fraction;
            case DOUBLE -> fraction;
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text();
            case BYTE_STRING -> bytes();
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(20) - 2);
            case MESSAGE -> fill(builder.newBuilderForField(field), depth - 1);
        };
    }

    private ByteString bytes() {
        byte[] bytes = new byte[random.nextBoolean() ? 16 : random.nextInt(100)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private Message change(Message valid) {
        Message.Builder builder = valid.toBuilder();
        List<FieldDescriptor> inner = valid.getAllFields().keySet().stream()
                .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                .toList();
        if (!inner.isEmpty() && random.nextInt(5) > 0) {
            FieldDescriptor field = one(inner);
            if (field.isRepeated()) {
                int place = random.nextInt(builder.getRepeatedFieldCount(field));
                builder.setRepeatedField(field, place, change((Message) builder.getRepeatedField(field, place)));
            } else {
                builder.setField(field, change((Message) builder.getField(field)));
            }
            return builder.build();
        }
        List<FieldDescriptor> fields = valid.getDescriptorForType().getFields();
        if (!fields.isEmpty()) {
            FieldDescriptor field = one(fields);
            if (random.nextInt(4) == 0) {
                builder.clearField(field);
            } else {
                set(builder, field, 3);
            }
        }
        return builder.build();
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
