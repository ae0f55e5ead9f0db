package dev.hearth.api;

import dev.hearth.model.Terms;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded code bundle and what was found in it.
 *
 * @param sha256 content hash, its identity
 * @param size bytes
 */
public record BundleView(String sha256, long size, List<DeclaredEnvironment> environments) {

    /** An environment as the code declares it. Its {@code spec.bundle} is null: it is the bundle that carries it. */
    public record DeclaredEnvironment(String name, EnvironmentSpec spec, List<DeclaredTask> tasks) {}

    /**
     * A task of an environment.
     *
     * @param inputSchema JSON Schema (draft 2020-12) of its input
     * @param outputSchema JSON Schema of its output
     * @param terms under which it is tried; null = {@link Terms#DEFAULT}
     */
    public record DeclaredTask(
            String name,
            @Nullable Map<String, Object> inputSchema,
            @Nullable Map<String, Object> outputSchema,
            @Nullable Terms terms) {}
}
