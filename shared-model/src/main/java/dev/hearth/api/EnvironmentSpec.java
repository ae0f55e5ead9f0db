package dev.hearth.api;

import dev.hearth.model.Resources;
import dev.hearth.model.ReusePolicy;
import java.time.Duration;
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
 * @param startTimeout how long a replica may take until it says hello, 1 s to 1 day; null = as the server has it, see
 *     {@code hearth.provisioning.start-timeout}
 */
public record EnvironmentSpec(
        String image,
        @Nullable String bundle,
        Resources resources,
        Map<String, String> env,
        @Nullable ReusePolicy reuse,
        @Nullable Duration startTimeout) {

    /** The image of local Java processes. */
    public static final String PROCESS_JAVA = "process:java";

    public EnvironmentSpec {
        env = Map.copyOf(env);
    }

    /** A process without a reuse policy, with everything else by default. */
    public static EnvironmentSpec of(String image) {
        return new EnvironmentSpec(image, null, Resources.DEFAULT, Map.of(), null, null);
    }

    public EnvironmentSpec withBundle(@Nullable String sha256) {
        return new EnvironmentSpec(image, sha256, resources, env, reuse, startTimeout);
    }

    public EnvironmentSpec withResources(Resources changed) {
        return new EnvironmentSpec(image, bundle, changed, env, reuse, startTimeout);
    }

    public EnvironmentSpec withEnv(Map<String, String> changed) {
        return new EnvironmentSpec(image, bundle, resources, changed, reuse, startTimeout);
    }

    public EnvironmentSpec withReuse(@Nullable ReusePolicy policy) {
        return new EnvironmentSpec(image, bundle, resources, env, policy, startTimeout);
    }

    public EnvironmentSpec withStartTimeout(@Nullable Duration changed) {
        return new EnvironmentSpec(image, bundle, resources, env, reuse, changed);
    }
}
