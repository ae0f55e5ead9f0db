package dev.hearth.controlplane.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Everything on which the content of a virtual environment depends. */
record Recipe(Python python, PipPlan plan, RunnerPackage runner) {
    private static final int BYTES = 12;

    /** The same for recipes that give the same environment. */
    String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((python + "\n" + plan.steps() + "\n").getBytes(StandardCharsets.UTF_8));
            runner.update(digest);
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
