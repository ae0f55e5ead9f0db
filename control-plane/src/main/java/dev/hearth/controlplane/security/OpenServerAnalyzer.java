package dev.hearth.controlplane.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to set when the server refuses to start without a token. */
public final class OpenServerAnalyzer extends AbstractFailureAnalyzer<OpenServerException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, OpenServerException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set HEARTH_TOKEN to a secret that callers must show, or leave HEARTH_BIND at 127.0.0.1.",
                cause);
    }
}
