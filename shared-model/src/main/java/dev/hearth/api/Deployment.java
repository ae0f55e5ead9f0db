package dev.hearth.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to a deployment.
 *
 * @param version name of the version that is active now
 * @param pool id of the pool that serves it; null for scope run, where each run has its own
 * @param warnings sentences about what is legal but likely not meant
 */
public record Deployment(
        String name, String version, @Nullable String pool, List<String> warnings) {}
