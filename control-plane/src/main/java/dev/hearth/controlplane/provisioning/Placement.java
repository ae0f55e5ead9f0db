package dev.hearth.controlplane.provisioning;

/**
 * Where a replica runs.
 *
 * @param kind of place, e.g. {@code process}
 * @param host name of the machine
 * @param pid of its process there
 */
public record Placement(String kind, String host, long pid) {}
