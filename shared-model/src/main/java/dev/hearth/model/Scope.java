package dev.hearth.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whom a pool serves. */
public enum Scope {
    /** One pool for all runs. */
    @JsonProperty("global")
    GLOBAL,
    /** Each run has a pool of its own, gone with the run. */
    @JsonProperty("run")
    RUN
}
