package dev.hearth.controlplane.pool;

import dev.hearth.api.EnvironmentSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Hashes a list of values, such that only equal lists have equal hashes. */
public final class Fingerprint {
    private final StringBuilder text = new StringBuilder();

    /** Each part carries its length, so that no two lists of parts read the same. */
    public Fingerprint with(@Nullable Object part) {
        String written = part == null ? "" : part.toString();
        text.append(part == null ? -1 : written.length()).append(':').append(written);
        return this;
    }

    /** All that a replica is started with, however it was spelled: {@code 1000m} is {@code 1}. */
    public Fingerprint withReplica(EnvironmentSpec spec) {
        with(spec.image())
                .with(spec.bundle())
                .with(spec.resources().cpuMillis())
                .with(spec.resources().memoryBytes())
                .with(spec.resources().gpu())
                .with(spec.env().size());
        for (Map.Entry<String, String> variable : new TreeMap<>(spec.env()).entrySet()) {
            with(variable.getKey()).with(variable.getValue());
        }
        return this;
    }

    /** SHA-256 in 64 hexadecimal digits. */
    public String hash() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
