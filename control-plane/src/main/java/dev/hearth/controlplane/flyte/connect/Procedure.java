package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;

/** A method that is served. */
sealed interface Procedure {
    record Unary<Q extends Message, R extends Message>(Q defaultRequest, UnaryHandler<Q, R> handler)
            implements Procedure {}

    record Stream<Q extends Message, R extends Message>(Q defaultRequest, StreamHandler<Q, R> handler)
            implements Procedure {}
}
