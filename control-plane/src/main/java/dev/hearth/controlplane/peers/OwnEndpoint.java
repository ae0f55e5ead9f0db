package dev.hearth.controlplane.peers;

/** Where replicas of other control planes reach this one. Known to the package that listens for them. */
public interface OwnEndpoint {
    /** Host and port, for example {@code 10.0.0.7:9090}. */
    String hostAndPort();
}
