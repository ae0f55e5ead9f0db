package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;

/** Takes the methods that a service serves. A name, a request or a kind that is not that of the API fails the start. */
public interface Methods {
    /** One answer for one request. */
    <Q extends Message, R extends Message> void unary(String method, Q defaultRequest, UnaryHandler<Q, R> handler);

    /** Any number of answers for one request. */
    <Q extends Message, R extends Message> void stream(String method, Q defaultRequest, StreamHandler<Q, R> handler);
}
