package dev.hearth.controlplane.journal;

import java.util.concurrent.CompletableFuture;

/** A wish put to the journal, and who waits for its answer. */
record Wish<W, A>(W what, CompletableFuture<A> answer) {
    Wish(W what) {
        this(what, new CompletableFuture<>());
    }
}
