package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import java.io.IOException;

/** Answers a call with a stream, on the call's own virtual thread. The stream ends when this returns, or throws. */
@FunctionalInterface
public interface StreamHandler<Q extends Message, R extends Message> {
    void serve(Q request, ServerStream<R> stream) throws IOException, InterruptedException;
}
