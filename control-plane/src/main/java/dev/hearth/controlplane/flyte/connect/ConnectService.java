package dev.hearth.controlplane.flyte.connect;

/** A service of the Flyte API. Beans of this type are found; what they do not bind is answered with UNIMPLEMENTED. */
public interface ConnectService {
    /** With its package, such as {@code flyteidl2.workflow.RunService}. */
    String name();

    /** Called once, at the start. */
    void bind(Methods methods);
}
