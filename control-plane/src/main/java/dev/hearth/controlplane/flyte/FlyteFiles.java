package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.storage.FileStores;
import dev.hearth.controlplane.storage.NamedFiles;
import flyteidl2.task.Inputs;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Files as the SDK keeps them, under addresses that replicas read and write by themselves. Thread-safe. */
@Component
final class FlyteFiles {
    /** As long as a call may be. */
    private static final long LONGEST_SHOWN = 64 << 20;

    private final NamedFiles files;

    FlyteFiles(FlyteSettings settings, FileStores stores) {
        this.files = settings.files().isBlank()
                ? stores.openBesideBlobs("flyte")
                : stores.open("hearth.flyte.files", settings.files());
    }

    /** Where a run keeps its inputs and all that its actions answer. */
    String runBase(Place place, String run) {
        return address(name(place, "runs", run));
    }

    /** Answers where they are now. */
    String writeInputs(Place place, Inputs inputs) {
        String name = name(place, "inputs", UUID.randomUUID() + "/inputs.pb");
        String address = address(name);
        write(name, new ByteArrayInputStream(inputs.toByteArray()));
        return address;
    }

    /** The name of a place for an upload. */
    String upload(Place place, String folder, String file) {
        return name(place, "uploads", folder + "/" + file);
    }

    private static String name(Place place, String kind, String rest) {
        return place.project() + "/" + place.domain() + "/" + kind + "/" + rest;
    }

    /** Throws a {@link ConnectException} if no file can have this name. */
    String address(String name) {
        try {
            return files.address(name);
        } catch (IllegalArgumentException e) {
            throw new ConnectException(Code.INVALID_ARGUMENT, "'" + name + "' is no place for a file");
        }
    }

    /** Whole or not at all. */
    void write(String name, InputStream content) {
        files.write(name, content);
    }

    /** Empty if there is none. Addresses outside of this server's files are not read. Throws a {@link ConnectException} if it is too long. */
    Optional<byte[]> read(String address) {
        try {
            return files.read(address, LONGEST_SHOWN);
        } catch (IllegalArgumentException e) {
            throw new ConnectException(Code.FAILED_PRECONDITION, String.valueOf(e.getMessage()));
        }
    }

    /** @param kept addresses of those that stay */
    int removeUntouchedSince(Instant then, Set<String> kept) {
        return files.removeUntouchedSince(then, kept::contains);
    }
}
