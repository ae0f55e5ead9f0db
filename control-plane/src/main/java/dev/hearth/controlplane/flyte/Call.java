package dev.hearth.controlplane.flyte;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The input of an action that came through this door, as its replica gets it.
 *
 * @param args of the container, templates not filled in; empty for a trace
 * @param inputsUri where the SDK's inputs are
 * @param runBase beneath it each attempt writes what it answers
 * @param rawData beneath it tasks put files of their own
 * @param runStart when the run was started
 * @param sysPath folders from which the code is imported, relative to where it is unpacked, between colons; null = none
 * @param spec SHA-256 of the specification in table flyte_spec; null for a trace
 * @param trace what a trace is called; null for a task
 * @param group in which the caller shows it
 */
record Call(
        String org,
        String project,
        String domain,
        List<String> args,
        String inputsUri,
        String runBase,
        String rawData,
        String runStart,
        @Nullable String sysPath,
        @Nullable String spec,
        @Nullable String trace,
        @Nullable String group) {
    static final String MEDIA_TYPE = "application/vnd.hearth.flyte-call+json";
}
