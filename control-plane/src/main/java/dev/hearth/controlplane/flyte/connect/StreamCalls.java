package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Serves calls that are answered with a stream. The status of a stream is always 200; its last frame tells whether it failed. */
@Component
final class StreamCalls {
    private final OpenStreams streams;
    private final ConnectErrors errors;

    StreamCalls(OpenStreams streams, ConnectErrors errors) {
        this.streams = streams;
        this.errors = errors;
    }

    <Q extends Message, R extends Message> void serve(Procedure.Stream<Q, R> procedure, Call call) throws IOException {
        Q request;
        Deadline deadline;
        try {
            deadline = call.deadline();
            request = call.message(procedure.defaultRequest());
        } catch (Exception e) {
            refuse(call, ConnectErrors.of(e, call.name()));
            return;
        }
        Compression compression = call.accepted();
        if (compression != Compression.IDENTITY) {
            call.response().setHeader(call.type().encodingHeader(), compression.wireName());
        }
        begin(call);
        // The client learns that it is being served, however long the first message takes.
        call.response().flushBuffer();
        ServerStream<R> stream = new ServerStream<>(
                call.response().getOutputStream(), call.type().format(), compression, deadline);
        streams.add(stream);
        ConnectException error;
        try {
            error = run(procedure.handler(), request, stream, call.name());
        } finally {
            streams.remove(stream);
        }
        stream.finish(error, errors);
    }

    void refuse(Call call, ConnectException error) throws IOException {
        begin(call);
        call.response().getOutputStream().write(Envelope.end(errors.wrapped(error)));
    }

    private static void begin(Call call) {
        HttpServletResponse response = call.response();
        response.setStatus(HttpStatus.OK.value());
        response.setContentType(call.type().wireName());
    }

    private static <Q extends Message, R extends Message> @Nullable ConnectException run(
            StreamHandler<Q, R> handler, Q request, ServerStream<R> stream, String name) {
        try {
            handler.serve(request, stream);
            return null;
        } catch (Exception e) {
            // Whatever a handler makes of the news that its client has gone, it is no failure.
            return stream.isClientGone() ? null : ConnectErrors.of(e, name);
        }
    }
}
