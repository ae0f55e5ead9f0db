package dev.hearth.controlplane.flyte.connect;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells JSON whose texts are Unicode: an escape may be half of a surrogate pair, which can be neither stored nor sent on. */
final class JsonText {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|.)", Pattern.DOTALL);

    private JsonText() {}

    static boolean isUnicode(String json) {
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
