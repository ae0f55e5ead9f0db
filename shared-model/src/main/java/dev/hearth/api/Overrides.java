package dev.hearth.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hearth.model.Resources;
import org.jspecify.annotations.Nullable;

/**
 * What one call changes of its environment.
 *
 * @param reusable {@code "off"} = this call runs on a fresh replica, which is discarded after it; null = as the environment
 *     says
 * @param resources of that fresh replica; null = the environment's. Refused while reuse is on: a warm replica has the
 *     resources that it was started with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Overrides(@Nullable String reusable, @Nullable Resources resources) {
    /** The only value of {@link #reusable}. */
    public static final String OFF = "off";

    /** A fresh replica with the environment's resources. */
    public static final Overrides FRESH = new Overrides(OFF, null);

    /** A fresh replica with other resources: cores ({@code "1"}, {@code "500m"}) and memory ({@code "1Gi"}). */
    public static Overrides fresh(String cpu, String memory) {
        return new Overrides(OFF, Resources.of(cpu, memory));
    }
}
