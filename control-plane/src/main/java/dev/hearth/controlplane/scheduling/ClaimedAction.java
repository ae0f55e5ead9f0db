package dev.hearth.controlplane.scheduling;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An action whose attempt was given to a replica, committed.
 *
 * @param number of the attempt, from 1
 * @param input null when it stands in the blob store
 * @param userFailures attempts that failed in the task's own code so far
 * @param systemFailures attempts that the platform lost so far
 */
public record ClaimedAction(
        AttemptKey attempt,
        long replica,
        String run,
        String name,
        @Nullable String parent,
        String environment,
        long versionId,
        String task,
        int number,
        byte @Nullable [] input,
        String inputType,
        @Nullable String inputBlob,
        Instant dispatchedAt,
        int userFailures,
        int systemFailures) {}
