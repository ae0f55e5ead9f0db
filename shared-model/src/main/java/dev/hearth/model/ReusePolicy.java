package dev.hearth.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How replicas of an environment are kept and shared. Immutable; the methods named like fields answer a changed copy.
 *
 * @param replicas size of the pool, default 2
 * @param concurrency executions at a time in one replica (its slots), default 1, at least 1
 * @param scaledownTtl how long a replica above {@code replicas.min} is idle before it stops, default 30 s
 * @param idleTtl how long the pool is without running or queued actions before all of it stops, default 30 s; null =
 *     always on
 * @param scope whether all runs share one pool, default {@link Scope#GLOBAL}
 * @param recycle when a replica is replaced by a fresh one, default never
 */
public record ReusePolicy(
        Replicas replicas,
        int concurrency,
        Duration scaledownTtl,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Duration idleTtl,
        Scope scope,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Recycle.Unset.class)
        Recycle recycle) {

    /** Both TTLs, unless declared otherwise. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(30);

    /** Number of replicas, unless declared otherwise. */
    public static final int DEFAULT_REPLICAS = 2;

    /** Refuses a concurrency below 1 and TTLs that are not positive. */
    public ReusePolicy {
        List<Violation> violations = new ArrayList<>();
        if (concurrency < 1) {
            violations.add(new Violation("concurrency", concurrency, "must be 1 or more"));
        }
        if (!isPositive(scaledownTtl)) {
            violations.add(new Violation("scaledownTtl", scaledownTtl, "must be longer than 0 s"));
        }
        if (idleTtl != null && !isPositive(idleTtl)) {
            violations.add(new Violation("idleTtl", idleTtl, "must be longer than 0 s, or null for always on"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidSpecException(violations);
        }
    }

    /** Reads JSON, where an absent field means its default. An absent {@code idleTtl} is 30 s, an explicit null is always on. */
    @JsonCreator
    static ReusePolicy fromJson(
            @JsonProperty("replicas") @Nullable Replicas replicas,
            @JsonProperty("concurrency") @Nullable Integer concurrency,
            @JsonProperty("scaledownTtl") @Nullable Duration scaledownTtl,
            @JsonProperty("idleTtl") java.util.@Nullable Optional<Duration> idleTtl,
            @JsonProperty("scope") @Nullable Scope scope,
            @JsonProperty("recycle") @Nullable Recycle recycle) {
        return new ReusePolicy(
                replicas == null ? Replicas.fixed(DEFAULT_REPLICAS) : replicas,
                concurrency == null ? 1 : concurrency,
                scaledownTtl == null ? DEFAULT_TTL : scaledownTtl,
                idleTtl == null ? DEFAULT_TTL : idleTtl.orElse(null),
                scope == null ? Scope.GLOBAL : scope,
                recycle == null ? Recycle.NEVER : recycle);
    }

    /** A pool of exactly {@code count} replicas with the other settings at their defaults. */
    public static ReusePolicy replicas(int count) {
        return of(Replicas.fixed(count));
    }

    /** A pool of {@code min} to {@code max} replicas with the other settings at their defaults. */
    public static ReusePolicy replicas(int min, int max) {
        return of(new Replicas(min, max));
    }

    private static ReusePolicy of(Replicas replicas) {
        return new ReusePolicy(replicas, 1, DEFAULT_TTL, DEFAULT_TTL, Scope.GLOBAL, Recycle.NEVER);
    }

    public ReusePolicy concurrency(int slots) {
        return new ReusePolicy(replicas, slots, scaledownTtl, idleTtl, scope, recycle);
    }

    public ReusePolicy scaledownTtl(Duration ttl) {
        return new ReusePolicy(replicas, concurrency, ttl, idleTtl, scope, recycle);
    }

    public ReusePolicy idleTtl(Duration ttl) {
        return new ReusePolicy(replicas, concurrency, scaledownTtl, ttl, scope, recycle);
    }

    /** Never stops the pool for idleness; it comes up at deployment. */
    public ReusePolicy alwaysOn() {
        return new ReusePolicy(replicas, concurrency, scaledownTtl, null, scope, recycle);
    }

    public ReusePolicy scope(Scope whom) {
        return new ReusePolicy(replicas, concurrency, scaledownTtl, idleTtl, whom, recycle);
    }

    /** Replaces replicas that reach one of these marks, warm first, then drained. */
    public ReusePolicy recycle(Recycle marks) {
        return new ReusePolicy(replicas, concurrency, scaledownTtl, idleTtl, scope, marks);
    }

    private static boolean isPositive(Duration duration) {
        return duration.isPositive();
    }
}
