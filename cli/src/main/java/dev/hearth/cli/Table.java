package dev.hearth.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A table of what items say at some paths. Its first rows decide how wide columns are; later ones may make them wider. */
final class Table {
    /** Rows that are held until they are printed. */
    private static final int HELD = 1_000;

    private final List<String> columns;
    private final PrintWriter out;
    private final int[] widths;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param columns paths into the JSON of an item */
    Table(List<String> columns, PrintWriter out) {
        this.columns = columns;
        this.out = out;
        this.widths = new int[columns.size()];
        rows.add(columns.stream().map(Table::title).toList());
    }

    void print(Iterable<JsonNode> items) {
        for (JsonNode item : items) {
            rows.add(columns.stream().map(column -> cell(item, column)).toList());
        }
        if (rows.size() > HELD) {
            write();
        }
    }

    /** Its head is printed even if nothing is in it. */
    void end() {
        write();
    }

    private void write() {
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        rows.forEach(row -> out.println(line(row)));
        rows.clear();
        out.flush();
    }

    private String line(List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            boolean last = i == row.size() - 1;
            line.append(last ? row.get(i) : String.format("%-" + (widths[i] + 2) + "s", row.get(i)));
        }
        return line.toString();
    }

    private static String title(String column) {
        return switch (column) {
            case "pool.state" -> "pool";
            case "error.code" -> "error";
            default -> column.substring(column.lastIndexOf('.') + 1);
        };
    }

    /** Of a list its length. A line of a table is one line. */
    private static String cell(JsonNode item, String path) {
        JsonNode value = item;
        for (String step : Arrays.asList(path.split("\\."))) {
            value = value.path(step);
        }
        if (value.isArray()) {
            return Integer.toString(value.size());
        }
        return value.isMissingNode() || value.isNull() ? "-" : value.asString().replaceAll("\\s*\\R\\s*", " ");
    }
}
