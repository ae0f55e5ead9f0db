package dev.hearth.controlplane.journal;

import org.jspecify.annotations.Nullable;

/**
 * An input or an output: bytes with a media type, here or in the blob store.
 *
 * @param bytes null when {@code blob} is set
 * @param blob SHA-256 in the blob store, null when the bytes stand here
 */
public record Payload(
        byte @Nullable [] bytes, String mediaType, @Nullable String blob) {
    public static final String JSON = "application/json";

    /** Bytes that it holds in memory. */
    int inlineSize() {
        return bytes == null ? 0 : bytes.length;
    }

    public static Payload json(byte[] bytes) {
        return new Payload(bytes, JSON, null);
    }
}
