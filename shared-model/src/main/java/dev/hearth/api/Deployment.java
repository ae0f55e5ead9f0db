package dev.hearth.api;

import java.util.List;

/**
 * Answer to a deployment.
 *
 * @param version name of the version that is active now
 * @param pool id of the pool that serves it
 * @param warnings sentences about what is legal but likely not meant
 */
public record Deployment(String name, String version, String pool, List<String> warnings) {}
