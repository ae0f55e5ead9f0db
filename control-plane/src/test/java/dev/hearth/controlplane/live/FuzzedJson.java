package dev.hearth.controlplane.live;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Documents that are almost right: a valid one, changed in a few places, then perhaps damaged as bytes. */
record FuzzedJson(Random random) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Stands where a value is written that no tree could hold. */
    private static final String HOLE = "@hole%d@";

    private static final List<String> NASTY = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1.5",
            "1e400",
            "-0.0",
            "9223372036854775807",
            "-9223372036854775809",
            "9".repeat(400),
            "9".repeat(2_000),
            "1e-400",
            "1e999999999",
            "NaN",
            "Infinity",
            "'single'",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\udfff\\ud800\"",
            "\"\uD83D\uDE00\"",
            "\"\\uFFFE\"",
            "\"\\x\"",
            "\"\t\"",
            "\"" + "x".repeat(100_000) + "\"",
            "\"PT-1S\"",
            "\"PT30S\"",
            "\"P999999999999999D\"",
            "\"../../../etc/passwd\"",
            "\"${7*7}\"",
            "\"off\"",
            "\"64Pi\"",
            "[]",
            "{}",
            "[1,2]",
            "[[[]]]",
            "{\"\":{\"\":\"\"}}",
            "{\"a\":1,\"a\":2}",
            nested(495),
            nested(499),
            nested(1_100),
            "{\"a\":".repeat(494) + "1" + "}".repeat(494),
            "[" + "1,".repeat(10_000) + "1]");

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    byte[] of(String valid) {
        JsonNode tree = JSON.readTree(valid);
        List<String> raw = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tree = change(tree, raw);
        }
        String text = JSON.writeValueAsString(tree);
        for (int i = 0; i < raw.size(); i++) {
            text = text.replace("\"" + HOLE.formatted(i) + "\"", raw.get(i));
        }
        return damage(text.getBytes(StandardCharsets.UTF_8));
    }

    String nasty() {
        return NASTY.get(random.nextInt(NASTY.size()));
    }

    private JsonNode change(JsonNode root, List<String> raw) {
        List<JsonNode> inner = new ArrayList<>();
        gather(root, inner);
        if (inner.isEmpty()) {
            return root;
        }
        JsonNode place = inner.get(random.nextInt(inner.size()));
        if (place instanceof ObjectNode object) {
            changeObject(object, raw);
        } else if (place instanceof ArrayNode array) {
            changeArray(array, raw);
        }
        return root;
    }

    private void changeObject(ObjectNode object, List<String> raw) {
        List<String> names = new ArrayList<>(object.propertyNames());
        String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(6)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name + "x", object.get(name));
            case 2 -> object.set(hole(raw, "\"" + name + "\""), object.get(name));
            case 3 -> object.set(hole(raw, random.nextBoolean() ? "\"\\u0000\"" : "\"\\ud800\""), object.get(name));
            default -> object.put(name, hole(raw, nasty()));
        }
    }

    private void changeArray(ArrayNode array, List<String> raw) {
        switch (random.nextInt(4)) {
            case 0 -> array.removeAll();
            case 1 -> {
                JsonNode each = array.isEmpty() ? JSON.nullNode() : array.get(0);
                for (int i = array.size(); i < 10_001; i++) {
                    array.add(each);
                }
            }
            default -> array.add(hole(raw, nasty()));
        }
    }

    private static String hole(List<String> raw, String value) {
        raw.add(value);
        return HOLE.formatted(raw.size() - 1);
    }

    private static void gather(JsonNode node, List<JsonNode> inner) {
        if (node.isContainer()) {
            inner.add(node);
            node.forEach(child -> gather(child, inner));
        }
    }

    /** One document in six is not even well-formed. */
    private byte[] damage(byte[] bytes) {
        if (bytes.length == 0) {
            return bytes;
        }
        return switch (random.nextInt(24)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 2 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 3);
                random.nextBytes(longer);
                System.arraycopy(bytes, 0, longer, 0, bytes.length);
                yield longer;
            }
            case 3 -> {
                random.nextBytes(bytes);
                yield bytes;
            }
            default -> bytes;
        };
    }
}
