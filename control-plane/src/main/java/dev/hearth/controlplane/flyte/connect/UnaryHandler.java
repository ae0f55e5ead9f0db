package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import java.io.IOException;

/** Answers a call, on a virtual thread. When the caller's deadline passes, the caller is told so and the handler goes on to its end. */
@FunctionalInterface
public interface UnaryHandler<Q extends Message, R extends Message> {
    R answer(Q request) throws IOException, InterruptedException;
}
