package dev.hearth.controlplane.run;

import java.security.SecureRandom;
import org.springframework.stereotype.Component;

/** Draws names of runs: a letter and 14 characters of base 32, 70 random bits, fit for URLs, labels and host names. */
@Component
final class RunNames {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 14;

    private final SecureRandom random = new SecureRandom();

    String next() {
        StringBuilder name = new StringBuilder(LENGTH + 1).append('r');
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        for (byte each : bytes) {
            name.append(ALPHABET.charAt(each & 31));
        }
        return name.toString();
    }
}
