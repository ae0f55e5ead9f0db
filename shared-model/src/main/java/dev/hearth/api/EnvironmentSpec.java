package dev.hearth.api;

import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an environment is, the body of {@code PUT /api/v1/environments/{name}}.
 *
 * @param image where its tasks run; {@code process:java} = a local Java process
 * @param bundle SHA-256 (64 hexadecimal digits) of the uploaded jar that holds its tasks; null only in what a
 *     jar declares, where it means that jar
 * @param resources of each replica
 * @param env environment variables of each replica
 * @param reuse null = a fresh replica for every execution
 */
public record EnvironmentSpec(
        String image,
        @Nullable String bundle,
        Resources resources,
        Map<String, String> env,
        @Nullable ReusePolicy reuse) {

    /** The image of local Java processes. */
    public static final String PROCESS_JAVA = "process:java";

    public EnvironmentSpec {
        env = Map.copyOf(env);
    }
}
