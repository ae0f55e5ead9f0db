package dev.hearth.controlplane.environment;

import dev.hearth.api.BundleView.DeclaredEnvironment;
import java.nio.file.Path;
import java.util.List;

/** Finds out which environments and tasks a jar declares. A seam: the code of a jar is run elsewhere, never in this process. */
public interface BundleDescriber {

    /**
     * Blocks until the jar has been looked at.
     *
     * @throws BundleRefusedException if the jar cannot be described, with a sentence for whoever uploaded it
     */
    List<DeclaredEnvironment> describe(Path jar);
}
