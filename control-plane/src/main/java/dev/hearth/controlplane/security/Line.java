package dev.hearth.controlplane.security;

/** What callers say, as a part of one line for a person: no line breaks, no controls, no length without end. */
final class Line {
    private static final int LONGEST = 200;

    private Line() {}

    static String of(String text) {
        String line = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        return line.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
