package dev.hearth.controlplane.flyte.connect;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** How bytes may be packed on their way. */
enum Compression {
    IDENTITY,
    GZIP;

    /** Below this, packing costs more than it saves. */
    private static final int WORTH_IT = 1024;

    /** The one that a sender says it has used. */
    static Compression used(@Nullable String header) {
        return switch (header == null ? "" : header.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> IDENTITY;
            case "gzip" -> GZIP;
            default ->
                throw new ConnectException(
                        Code.UNIMPLEMENTED, "This compression is not known here. Known are gzip and identity.");
        };
    }

    /** The best that a receiver says it takes. */
    static Compression accepted(@Nullable String header) {
        boolean gzip = header != null
                && Arrays.stream(header.toLowerCase(Locale.ROOT).split(","))
                        .map(String::strip)
                        .anyMatch(each -> each.matches("gzip(\\s*;\\s*q=(1(\\.0*)?|0?\\.0*[1-9]\\d*))?"));
        return gzip ? GZIP : IDENTITY;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isWorthIt(byte[] plain) {
        return this == GZIP && plain.length >= WORTH_IT;
    }

    byte[] pack(byte[] plain) {
        if (this == IDENTITY) {
            return plain;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 2);
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail to be written", e);
        }
        return packed.toByteArray();
    }

    /** Stops as soon as there is more than {@link RequestBody#MOST}: what is small packed may be endless unpacked. */
    byte[] unpack(byte[] packed) {
        // Some senders do not pack what is empty.
        if (this == IDENTITY || packed.length == 0) {
            return packed;
        }
        try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return RequestBody.upToMost(gzip);
        } catch (IOException e) {
            throw ConnectException.invalid("The body is not gzip, or not all of it: " + e.getMessage() + ".");
        }
    }
}
