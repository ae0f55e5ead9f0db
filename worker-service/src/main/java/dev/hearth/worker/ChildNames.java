package dev.hearth.worker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names the children of one attempt. The same parent that calls the same tasks with the same inputs, in whatever order and
 * attempt, gives the same set of names: a repeated call finds what has been done. Thread-safe.
 */
final class ChildNames {
    /** 80 bits of the hash: a run of a million children has a clash once in 10^12 runs. */
    private static final int HASH_CHARACTERS = 16;

    private static final int LONGEST_TASK_PART = 40;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private final String parent;
    private final Map<String, Integer> occurrences = new ConcurrentHashMap<>();

    ChildNames(String parent) {
        this.parent = parent;
    }

    /** {@code <task>-<hash of parent, environment, task and input>-<occurrence>}. */
    String next(String environment, String task, byte[] input) {
        String base = shortened(task) + "-" + hash(environment, task, input);
        return base + "-" + occurrences.merge(base, 1, Integer::sum);
    }

    private String hash(String environment, String task, byte[] input) {
        MessageDigest digest = sha256();
        for (String part : new String[] {parent, environment, task}) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        byte[] bytes = digest.digest(input);
        StringBuilder text = new StringBuilder(HASH_CHARACTERS);
        long bits = 0;
        int held = 0;
        for (int i = 0; text.length() < HASH_CHARACTERS; i++) {
            bits = (bits << 8) | (bytes[i] & 0xff);
            held += 8;
            while (held >= 5 && text.length() < HASH_CHARACTERS) {
                held -= 5;
                text.append(ALPHABET.charAt((int) (bits >> held) & 31));
            }
        }
        return text.toString();
    }

    private static String shortened(String task) {
        return task.length() <= LONGEST_TASK_PART ? task : task.substring(0, LONGEST_TASK_PART);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
