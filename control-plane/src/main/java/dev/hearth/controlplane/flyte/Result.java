package dev.hearth.controlplane.flyte;

/**
 * The output of an action that came through this door.
 *
 * @param outputsUri of the folder in which its outputs.pb is, or of that file itself for a trace
 */
record Result(String outputsUri) {
    static final String MEDIA_TYPE = "application/vnd.hearth.flyte-result+json";
}
