package dev.hearth.controlplane.image;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** What an image adds to its base, of what can be had without a container. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "layer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Layer.PipPackages.class, name = "pipPackages"),
    @JsonSubTypes.Type(value = Layer.Requirements.class, name = "requirements"),
    @JsonSubTypes.Type(value = Layer.Env.class, name = "env")
})
public sealed interface Layer {

    /**
     * Packages by their names.
     *
     * @param packages as one would write them behind {@code pip install}
     */
    record PipPackages(List<String> packages, PipOptions options) implements Layer {
        public PipPackages {
            packages = List.copyOf(packages);
        }
    }

    /**
     * A requirements file.
     *
     * @param text of the file
     */
    record Requirements(String text, PipOptions options) implements Layer {}

    /**
     * Environment variables of the process.
     *
     * @param variables weaker than those that the task's environment declares
     */
    record Env(Map<String, String> variables) implements Layer {
        public Env {
            variables = Map.copyOf(variables);
        }
    }
}
