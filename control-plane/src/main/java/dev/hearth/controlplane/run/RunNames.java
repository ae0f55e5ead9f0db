package dev.hearth.controlplane.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Names of runs: a letter and 14 characters of base 32, 70 bits, fit for URLs, labels and host names. The SQL function
 * {@code hearth_submit} makes them in the same way.
 */
@Component
final class RunNames {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 14;

    private final SecureRandom random = new SecureRandom();

    /**
     * Drawn at random; with an idempotency key it follows from project and key, so that calls with one key mean one name, whatever
     * transaction they are part of.
     */
    String next(String project, @Nullable String key) {
        return key == null ? random() : name(sha256(project + "\n" + key));
    }

    private String random() {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return name(bytes);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static String name(byte[] bytes) {
        StringBuilder name = new StringBuilder(LENGTH + 1).append('r');
        for (int place = 0; place < LENGTH; place++) {
            name.append(ALPHABET.charAt(bytes[place] & 31));
        }
        return name.toString();
    }
}
