package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.problem.Texts;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses what no folder, address or index could hold. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    private static final int LONGEST_TEXT = 255;
    private static final int LONGEST_ADDRESS = 4_096;

    private Names() {}

    /** Of a run or an action: it is the name of a folder as well. */
    static String name(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw invalid(
                    what, name, "must be 1 to 63 letters, digits, '_', '.' or '-', and begin with a letter or a digit");
        }
        return name;
    }

    /** Of what is only looked up and shown. */
    static String text(String what, String text) {
        if (text.isBlank() || text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw invalid(what, text, "must be 1 to " + LONGEST_TEXT + " characters without control characters");
        }
        return text;
    }

    /** Of an abort, as one line: null for none. Nothing stands in the way of an abort. */
    static @Nullable String reason(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.isEmpty() ? null : line.substring(0, Math.min(line.length(), LONGEST_TEXT));
    }

    static String address(String what, String uri) {
        if (uri.length() > LONGEST_ADDRESS || !Texts.isStorable(uri)) {
            throw invalid(what, uri, "must be at most " + LONGEST_ADDRESS + " characters without the character U+0000");
        }
        return uri;
    }

    private static ConnectException invalid(String what, String value, String rule) {
        String shown = value.length() > LONGEST_TEXT ? value.substring(0, LONGEST_TEXT) + "..." : value;
        return new ConnectException(Code.INVALID_ARGUMENT, what + " '" + shown + "' " + rule);
    }
}
