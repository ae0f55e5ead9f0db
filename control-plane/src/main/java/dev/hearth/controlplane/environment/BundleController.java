package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView;
import dev.hearth.controlplane.problem.BodyTooLargeException;
import dev.hearth.controlplane.problem.LimitedBody;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.storage.BlobStore;
import dev.hearth.model.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Upload and download of code bundles. */
@RestController
@RequestMapping("/api/v1/bundles")
final class BundleController {
    static final String JAR = "application/java-archive";

    private final Bundles bundles;
    private final EnvironmentSettings settings;

    BundleController(Bundles bundles, EnvironmentSettings settings) {
        this.bundles = bundles;
        this.settings = settings;
    }

    @Operation(
            operationId = "uploadBundle",
            summary = "Upload a jar; the answer says which environments and tasks it declares")
    @RequestBody(
            required = true,
            content = {
                @Content(mediaType = JAR, schema = @Schema(type = "string", format = "binary")),
                @Content(
                        mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                        schema = @Schema(type = "string", format = "binary"))
            })
    @ApiResponse(responseCode = "201", description = "Stored")
    @ApiResponse(responseCode = "200", description = "These bytes had been uploaded before")
    @PostMapping(
            consumes = {JAR, MediaType.APPLICATION_OCTET_STREAM_VALUE},
            produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<BundleView> upload(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > settings.maxBundle().toBytes()) {
            throw new BodyTooLargeException(settings.maxBundle());
        }
        Bundles.Uploaded uploaded = bundles.upload(new LimitedBody(request, settings.maxBundle()).getInputStream());
        return ResponseEntity.status(uploaded.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(uploaded.bundle());
    }

    @Operation(operationId = "getBundle", summary = "What a bundle declares")
    @GetMapping(path = "/{sha256}", produces = MediaType.APPLICATION_JSON_VALUE)
    BundleView get(@PathVariable String sha256) {
        return bundles.get(named(sha256));
    }

    @Operation(operationId = "getBundleContent", summary = "The jar itself")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = JAR, schema = @Schema(type = "string", format = "binary")))
    @GetMapping(path = "/{sha256}/content", produces = JAR)
    ResponseEntity<Resource> content(@PathVariable String sha256) {
        BundleView bundle = bundles.get(named(sha256));
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(JAR))
                .contentLength(bundle.size())
                .eTag(bundle.sha256())
                .cacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePrivate().immutable())
                .body(new InputStreamResource(() -> bundles.open(bundle)));
    }

    private static String named(String sha256) {
        if (!BlobStore.isName(sha256)) {
            throw ProblemException.invalid(new Violation("sha256", sha256, "must be 64 lower-case hexadecimal digits"));
        }
        return sha256;
    }
}
