package dev.hearth.cli;

import java.io.PrintWriter;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A JSON array that is printed page by page. Without its end it is no JSON: a list that broke off does not look whole. */
final class JsonArray {
    private final PrintWriter out;
    private String before = "[";

    JsonArray(PrintWriter out) {
        this.out = out;
    }

    void print(List<JsonNode> items) {
        for (JsonNode item : items) {
            out.println(before);
            out.print(item.toPrettyString());
            before = ",";
        }
    }

    void end() {
        out.println(before.equals("[") ? "[]" : System.lineSeparator() + "]");
        out.flush();
    }
}
