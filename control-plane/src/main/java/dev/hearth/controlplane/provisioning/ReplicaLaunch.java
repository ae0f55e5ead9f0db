package dev.hearth.controlplane.provisioning;

import dev.hearth.model.Resources;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replica to be started.
 *
 * @param joinToken with which it proves who it is
 * @param bundle hash of the code that it hosts; null = what is on its class path
 * @param env declared environment variables
 * @param slots executions at a time
 */
public record ReplicaLaunch(
        long replica,
        String joinToken,
        String image,
        @Nullable String bundle,
        Resources resources,
        Map<String, String> env,
        int slots) {}
