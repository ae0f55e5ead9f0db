package dev.hearth.controlplane.journal;

import dev.hearth.controlplane.outage.Trouble;
import dev.hearth.controlplane.storage.BlobStore;
import dev.hearth.controlplane.storage.StorageException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides where inputs and outputs stand: small ones in their row, large ones in the blob store. May block on files. */
@Component
public final class Payloads {
    /** Keeps the hot rows narrow; a row of this size still fits in a handful of pages. */
    public static final int INLINE_LIMIT_BYTES = 64 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Trouble store =
            new Trouble(LoggerFactory.getLogger(Payloads.class), "The blob store fails, and is tried again");

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

    /**
     * As {@link #of}, for what a replica sends and cannot send to anybody else: a store that is full or away is waited for, up to
     * {@link #PATIENCE}.
     *
     * @throws StorageException if the store does not come back
     */
    public Payload ofPatiently(byte[] bytes, String mediaType) {
        return patiently(() -> of(bytes, mediaType));
    }

    /**
     * All bytes; a store that is away is waited for, up to {@link #PATIENCE}.
     *
     * @throws StorageException if the store does not come back
     * @throws UncheckedIOException if the store has lost them
     */
    public byte[] bytesPatiently(Payload payload) {
        return patiently(() -> bytes(payload));
    }

    private static <T> T patiently(Supplier<T> call) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                T answer = call.get();
                store.over("The blob store answers again");
                return answer;
            } catch (StorageException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                store.failed(String.valueOf(e.getMessage()));
                pause(e);
            }
        }
    }

    private static void pause(StorageException because) {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw because;
        }
    }

    public byte[] bytes(Payload payload) {
        if (payload.blob() != null) {
            return blobs.get(payload.blob());
        }
        return payload.bytes() == null ? NOTHING : payload.bytes();
    }
}
