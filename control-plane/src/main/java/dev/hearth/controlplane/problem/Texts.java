package dev.hearth.controlplane.problem;

import java.nio.charset.StandardCharsets;

/** Tells which texts PostgreSQL can hold. */
public final class Texts {
    private Texts() {}

    /** False for texts with U+0000 or with half a surrogate pair. */
    public static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
