package dev.hearth.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hearth.model.Resources;
import dev.hearth.model.Terms;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call changes of its environment and its task. A value; null = as declared.
 *
 * @param reusable {@code "off"} = this call runs on a fresh replica, which is discarded after it
 * @param resources of that fresh replica. Refused while reuse is on: a warm replica has the resources that it was started with
 * @param retries see {@link Terms}
 * @param timeout see {@link Terms}
 * @param timeoutExcludesChildren see {@link Terms}
 * @param queueTimeout see {@link Terms}
 * @param priority -100 to 100: the highest goes first in its pool's queue; null = the caller's, 0 for a run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Overrides(
        @Nullable String reusable,
        @Nullable Resources resources,
        @Nullable Integer retries,
        @Nullable Duration timeout,
        @Nullable Boolean timeoutExcludesChildren,
        @Nullable Duration queueTimeout,
        @Nullable Integer priority) {
    /** The only value of {@link #reusable}. */
    public static final String OFF = "off";

    /** Of {@link #priority}, and its negative is the lowest. */
    public static final int HIGHEST_PRIORITY = 100;

    /** Changes nothing. */
    public static final Overrides NONE = new Overrides(null, null, null, null, null, null, null);

    /** A fresh replica with the environment's resources. */
    public static final Overrides FRESH = new Overrides(OFF, null, null, null, null, null, null);

    /** A fresh replica with other resources: cores ({@code "1"}, {@code "500m"}) and memory ({@code "1Gi"}). */
    public static Overrides fresh(String cpu, String memory) {
        return new Overrides(OFF, Resources.of(cpu, memory), null, null, null, null, null);
    }

    public Overrides withRetries(int count) {
        return new Overrides(reusable, resources, count, timeout, timeoutExcludesChildren, queueTimeout, priority);
    }

    public Overrides withTimeout(Duration most) {
        return new Overrides(reusable, resources, retries, most, timeoutExcludesChildren, queueTimeout, priority);
    }

    public Overrides withTimeoutExcludesChildren(boolean excludes) {
        return new Overrides(reusable, resources, retries, timeout, excludes, queueTimeout, priority);
    }

    public Overrides withQueueTimeout(Duration most) {
        return new Overrides(reusable, resources, retries, timeout, timeoutExcludesChildren, most, priority);
    }

    public Overrides withPriority(int level) {
        return new Overrides(reusable, resources, retries, timeout, timeoutExcludesChildren, queueTimeout, level);
    }

    /** Whether the call has a replica of its own. */
    @JsonIgnore
    public boolean isFresh() {
        return reusable != null;
    }

    /** What is declared, with what this call changes. */
    public Terms applyTo(Terms declared) {
        return new Terms(
                retries == null ? declared.retries() : retries,
                declared.backoff(),
                declared.longestBackoff(),
                timeout == null ? declared.timeout() : timeout,
                timeoutExcludesChildren == null ? declared.timeoutExcludesChildren() : timeoutExcludesChildren,
                queueTimeout == null ? declared.queueTimeout() : queueTimeout);
    }
}
