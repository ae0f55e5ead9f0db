package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.storage.BlobStore;
import org.springframework.stereotype.Component;

/** Decides where inputs and outputs stand: small ones in their row, large ones in the blob store. May block on files. */
@Component
public final class Payloads {
    /** Keeps the hot rows narrow; a row of this size still fits in a handful of pages. */
    static final int INLINE_LIMIT_BYTES = 64 << 10;

    private static final byte[] NOTHING = {};

    private final BlobStore blobs;

    Payloads(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** Stores what is too large for a row. */
    public Payload of(byte[] bytes, String mediaType) {
        return bytes.length <= INLINE_LIMIT_BYTES
                ? new Payload(bytes, mediaType, null)
                : new Payload(null, mediaType, blobs.put(bytes));
    }

    public byte[] bytes(Payload payload) {
        if (payload.blob() != null) {
            return blobs.get(payload.blob());
        }
        return payload.bytes() == null ? NOTHING : payload.bytes();
    }
}
