package dev.hearth.worker.declared;

import dev.hearth.sdk.Environment;

/** Cannot be loaded: its pool could never have a replica. */
public final class Broken {
    public static final Environment ENV = Environment.named("broken").resources("none", "1Gi");

    private Broken() {}
}
