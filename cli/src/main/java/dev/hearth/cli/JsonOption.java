package dev.hearth.cli;

import dev.hearth.api.ExactJson;
import dev.hearth.api.RawJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;

/**
 * JSON that an option is given: itself, {@code @FILE}, or {@code @-} for the standard input. An argument has an end (128 KiB), a
 * file has none.
 */
final class JsonOption {
    private JsonOption() {}

    static RawJson read(String option, String given) {
        try {
            return RawJson.of(given.startsWith("@") ? ExactJson.text(file(option, given.substring(1))) : given);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + " is " + e.getMessage());
        } catch (JacksonException e) {
            throw new UsageException(option + " is no JSON: " + ExactJson.words(e));
        }
    }

    private static byte[] file(String option, String name) {
        try {
            return name.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(name));
        } catch (IOException | InvalidPathException e) {
            throw new UsageException(option + " cannot be read from the file '" + name + "' (" + e + ")");
        }
    }
}
