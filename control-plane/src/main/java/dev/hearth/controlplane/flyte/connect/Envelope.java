package dev.hearth.controlplane.flyte.connect;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames of streams: a byte of flags, four bytes of length, the message. */
final class Envelope {
    private static final int HEADER = 5;
    private static final byte PACKED = 0x01;
    private static final byte END = 0x02;

    private Envelope() {}

    /** The message of a body that must be exactly one frame. */
    static byte[] onlyMessage(byte[] body, Compression compression) {
        if (body.length < HEADER) {
            throw ConnectException.invalid(
                    "The body must be one frame: a byte of flags, four bytes of length, the message.");
        }
        byte flags = body[0];
        long length = Integer.toUnsignedLong(ByteBuffer.wrap(body).getInt(1));
        if ((flags & ~PACKED) != 0) {
            throw ConnectException.invalid("The flags of a frame must be 0 or 1, not " + (flags & 0xff) + ".");
        }
        if (length > RequestBody.MOST) {
            throw RequestBody.tooLong();
        }
        if (length != body.length - HEADER) {
            throw ConnectException.invalid("The frame promises " + length + " bytes and has " + (body.length - HEADER)
                    + "; the body must be one frame.");
        }
        byte[] message = Arrays.copyOfRange(body, HEADER, body.length);
        if ((flags & PACKED) == 0) {
            return message;
        }
        if (compression == Compression.IDENTITY) {
            throw ConnectException.invalid(
                    "The frame is marked as compressed, but Connect-Content-Encoding says not how.");
        }
        return compression.unpack(message);
    }

    static byte[] message(byte[] plain, Compression compression) {
        return compression.isWorthIt(plain) ? frame(PACKED, compression.pack(plain)) : frame((byte) 0, plain);
    }

    static byte[] end(byte[] json) {
        return frame(END, json);
    }

    private static byte[] frame(byte flags, byte[] content) {
        return ByteBuffer.allocate(HEADER + content.length)
                .put(flags)
                .putInt(content.length)
                .put(content)
                .array();
    }
}
