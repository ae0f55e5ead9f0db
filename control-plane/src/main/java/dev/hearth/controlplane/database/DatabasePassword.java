package dev.hearth.controlplane.database;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The password of the embedded PostgreSQL: drawn once, kept beside it in a file that only its owner reads. It is set before the server
 * listens, so there is no moment in which it lets in whoever comes; that is also how data of earlier versions, which trusted everybody, get one.
 */
final class DatabasePassword {
    private static final int BYTES = 24;
    private static final String TRUST = "(?m)^([^#\\n]*\\s)trust\\b";

    private final Path folder;
    private final Path file;
    private final String text;

    private DatabasePassword(Path folder, Path file, String text) {
        this.folder = folder;
        this.file = file;
        this.text = text;
    }

    /** The one that is kept in this folder, or a new one. */
    static DatabasePassword of(Path folder) throws IOException {
        Path file = folder.resolve("password");
        String kept = Files.exists(file) ? Files.readString(file).strip() : "";
        return new DatabasePassword(folder, file, kept.isEmpty() ? drawn() : kept);
    }

    String text() {
        return text;
    }

    /** Makes the data, whose server does not run, ask for it. Data that trust anybody have none yet. */
    void guard(Path data) throws IOException {
        // The library opens the folder to everybody.
        PrivateFiles.close(folder);
        Path rules = data.resolve("pg_hba.conf");
        String before = Files.readString(rules);
        String after = before.replaceAll(TRUST, "$1scram-sha-256");
        if (!Files.exists(file) || !after.equals(before)) {
            set(data);
            PrivateFiles.write(file, text);
            Files.writeString(rules, after);
        }
    }

    /** PostgreSQL without any connection: it reads statements from its standard input. */
    private void set(Path data) throws IOException {
        List<String> command = new ArrayList<>();
        // It does not run as root; the library starts it in the same way.
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(program().toString(), "--single", "-D", data.toString(), "postgres"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var statements = process.outputWriter(StandardCharsets.UTF_8)) {
            statements.write("ALTER USER " + EmbeddedDatabase.USER + " PASSWORD '" + text + "'\n");
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0 || said.contains("ERROR")) {
                throw new IOException("cannot set the password of PostgreSQL: " + said.replace(text, "***"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the password of PostgreSQL was set", e);
        }
    }

    /** The library has unpacked it by now; what it unpacked last is what it starts. */
    private Path program() throws IOException {
        try (Stream<Path> unpacked = Files.list(folder)) {
            return unpacked.filter(each -> Files.exists(each.resolve("bin/postgres")))
                    .max(Comparator.comparing(each -> each.toFile().lastModified()))
                    .orElseThrow(() -> new IOException("there is no PostgreSQL in " + folder))
                    .resolve("bin/postgres");
        }
    }

    private static String drawn() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
