package dev.hearth.controlplane.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Names of runs: the letter r and characters of base 32, fit for URLs, labels and host names. */
@Component
final class RunNames {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int TIME_CHARACTERS = 3;
    private static final int SECONDS_OF_A_TIME = 16;

    /** 60 bits: a million runs within one such time collide once in two million. */
    private static final int RANDOM_CHARACTERS = 12;

    /** 70 bits. */
    private static final int KEY_CHARACTERS = 14;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock;

    RunNames(Clock clock) {
        this.clock = clock;
    }

    /**
     * Drawn at random behind the time; with an idempotency key it follows from project and key, as in the SQL function
     * {@code hearth_submit}, so that calls with one key mean one name, whatever transaction they are part of.
     */
    String next(String project, @Nullable String key) {
        return key == null ? random() : name(sha256(project + "\n" + key), KEY_CHARACTERS);
    }

    /** Runs of one time stand beside each other in the indexes, so that working off a queue of a million touches few pages. */
    private String random() {
        long time = clock.instant().getEpochSecond() / SECONDS_OF_A_TIME;
        byte[] bytes = new byte[TIME_CHARACTERS + RANDOM_CHARACTERS];
        random.nextBytes(bytes);
        for (int place = TIME_CHARACTERS - 1; place >= 0; place--) {
            bytes[place] = (byte) time;
            time >>= 5;
        }
        return name(bytes, bytes.length);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static String name(byte[] bytes, int length) {
        StringBuilder name = new StringBuilder(length + 1).append('r');
        for (int place = 0; place < length; place++) {
            name.append(ALPHABET.charAt(bytes[place] & 31));
        }
        return name.toString();
    }
}
