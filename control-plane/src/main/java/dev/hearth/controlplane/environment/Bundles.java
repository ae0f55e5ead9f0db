package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.storage.BlobStore;
import dev.hearth.controlplane.storage.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Takes code bundles in, once each, and knows what they declare. */
@Component
final class Bundles {
    private static final TypeReference<List<DeclaredEnvironment>> DECLARED = new TypeReference<>() {};

    /** Describing starts a process: not many at a time. */
    private static final int DESCRIBED_AT_A_TIME = 2;

    /** @param isNew false if these bytes had been uploaded before */
    record Uploaded(BundleView bundle, boolean isNew) {}

    private final BlobStore blobs;
    private final BundleRepository bundles;
    private final BundleDescriber describer;
    private final JsonMapper json;
    private final Clock clock;
    private final Semaphore describing = new Semaphore(DESCRIBED_AT_A_TIME, true);

    Bundles(BlobStore blobs, BundleRepository bundles, BundleDescriber describer, JsonMapper json, Clock clock) {
        this.blobs = blobs;
        this.bundles = bundles;
        this.describer = describer;
        this.json = json;
        this.clock = clock;
    }

    Uploaded upload(InputStream content) throws IOException {
        try (Upload upload = blobs.receive(content)) {
            Optional<BundleView> known = find(upload.sha256());
            if (known.isPresent() && blobs.exists(upload.sha256())) {
                return new Uploaded(known.get(), false);
            }
            requireJar(upload.file());
            BundleView bundle = new BundleView(upload.sha256(), upload.size(), describe(upload.file()));
            String declared = json.writeValueAsString(bundle.environments());
            if (declared.contains("\\u0000")) {
                throw new BundleRefusedException("The jar declares names or schemas with the character U+0000.");
            }
            // The file first: a row promises that its bytes are there.
            blobs.keep(upload);
            bundles.insertIfMissing(bundle.sha256(), bundle.size(), declared, clock.instant());
            return new Uploaded(bundle, known.isEmpty());
        }
    }

    Optional<BundleView> find(String sha256) {
        return bundles.findById(sha256)
                .map(row -> new BundleView(row.sha256(), row.size(), json.readValue(row.declared(), DECLARED)));
    }

    BundleView get(String sha256) {
        return find(sha256)
                .orElseThrow(() -> ProblemException.notFound(
                        "There is no bundle " + sha256 + ". Upload the jar with POST /api/v1/bundles."));
    }

    /** The jar's bytes; to be closed. */
    InputStream open(BundleView bundle) {
        return blobs.open(bundle.sha256());
    }

    /** Why this bundle cannot serve this environment; null if it can. */
    @Nullable
    String fault(String sha256, String environment) {
        Optional<BundleView> bundle = find(sha256);
        if (bundle.isEmpty()) {
            return "is not uploaded; send the jar to POST /api/v1/bundles first";
        }
        List<String> names = bundle.get().environments().stream()
                .map(DeclaredEnvironment::name)
                .toList();
        return names.contains(environment)
                ? null
                : "declares no environment " + environment + "; it declares "
                        + (names.isEmpty() ? "none" : String.join(", ", names));
    }

    private List<DeclaredEnvironment> describe(Path jar) {
        describing.acquireUninterruptibly();
        try {
            return describer.describe(jar);
        } finally {
            describing.release();
        }
    }

    private static void requireJar(Path file) {
        try (ZipFile jar = new ZipFile(file.toFile())) {
            if (jar.size() == 0) {
                throw new BundleRefusedException("The jar is empty.");
            }
        } catch (IOException notAnArchive) {
            throw new BundleRefusedException("The body is no jar: " + notAnArchive.getMessage() + ".");
        }
    }
}
