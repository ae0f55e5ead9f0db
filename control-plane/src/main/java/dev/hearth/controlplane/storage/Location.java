package dev.hearth.controlplane.storage;

import java.nio.file.Path;

/** Where something is stored. */
sealed interface Location {
    String S3 = "s3://";

    record Folder(Path path) implements Location {}

    /** @param prefix of the keys: empty, or ends with a slash */
    record Bucket(String name, String prefix) implements Location {}

    /** @param setting for the message if the text is neither a folder nor a bucket */
    static Location of(String setting, String text) {
        if (!text.startsWith(S3)) {
            return new Folder(Path.of(text));
        }
        String[] parts = text.substring(S3.length()).split("/", 2);
        if (parts[0].isEmpty()) {
            throw new IllegalArgumentException(
                    setting + " must be a folder, s3://bucket or s3://bucket/prefix, was " + text);
        }
        String rest = parts.length < 2 ? "" : parts[1].replaceAll("^/+|/+$", "");
        return new Bucket(parts[0], rest.isEmpty() ? "" : rest + "/");
    }
}
