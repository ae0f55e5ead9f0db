package dev.hearth.controlplane.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/** Closes the data folder to other users of the machine before anything is put there, also one that an earlier version has left open. */
public final class PrivateHome implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
    private static final Logger log = LoggerFactory.getLogger(PrivateHome.class);

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        String home = event.getEnvironment().getProperty("hearth.home", "");
        if (!home.isBlank()) {
            close(Path.of(home).toAbsolutePath().normalize());
        }
    }

    static void close(Path home) {
        try {
            Files.createDirectories(home);
            if (belongsToAll(home)) {
                log.warn("{} is a folder for everybody and is left open; set HEARTH_HOME to one of its own", home);
            } else {
                Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException | UnsupportedOperationException e) {
            log.warn("The data folder {} cannot be closed to other users: {}", home, e.toString());
        }
    }

    private static boolean belongsToAll(Path home) {
        return home.getParent() == null || home.equals(Path.of(System.getProperty("java.io.tmpdir")));
    }
}
