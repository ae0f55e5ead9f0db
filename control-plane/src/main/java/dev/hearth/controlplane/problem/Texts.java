package dev.hearth.controlplane.problem;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells which texts PostgreSQL can hold, and which are Unicode. */
public final class Texts {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|.)", Pattern.DOTALL);

    private Texts() {}

    /** False for texts with U+0000 or with half a surrogate pair. */
    public static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** False for JSON with an escape that is half of a surrogate pair, which can be neither stored as a text nor sent on. */
    public static boolean isUnicode(String json) {
        return !json.contains("\\u") || StandardCharsets.UTF_8.newEncoder().canEncode(unescaped(json));
    }

    /** Of the escapes only their UTF-16 matters here. */
    private static String unescaped(String json) {
        return ESCAPE.matcher(json)
                .replaceAll(escape -> escape.group(1) == null
                        ? " "
                        : Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
    }
}
