package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Message;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/** Serves calls that have one answer. */
@Component
final class UnaryCalls {
    private final ConnectErrors errors;

    UnaryCalls(ConnectErrors errors) {
        this.errors = errors;
    }

    <Q extends Message, R extends Message> void serve(Procedure.Unary<Q, R> procedure, Call call) throws IOException {
        byte[] answer;
        try {
            Deadline deadline = call.deadline();
            Q request = call.message(procedure.defaultRequest());
            R reply = within(deadline, () -> procedure.handler().answer(request));
            answer = call.type().format().write(reply);
        } catch (Exception e) {
            errors.write(call.response(), ConnectErrors.of(e, call.name()));
            return;
        }
        write(answer, call);
    }

    private static void write(byte[] answer, Call call) throws IOException {
        HttpServletResponse response = call.response();
        Compression compression = call.accepted();
        byte[] body = answer;
        if (compression.isWorthIt(answer)) {
            body = compression.pack(answer);
            response.setHeader(HttpHeaders.CONTENT_ENCODING, compression.wireName());
        }
        response.setStatus(HttpStatus.OK.value());
        response.setContentType(call.type().wireName());
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** A call that takes too long goes on without its caller: interrupted, it would tear down the connections that it uses. */
    private static <R> R within(Deadline deadline, Callable<R> work) throws Exception {
        if (deadline.allowed() == null) {
            return work.call();
        }
        if (deadline.isPast()) {
            throw deadline.exceeded();
        }
        RequestAttributes address = RequestContextHolder.getRequestAttributes();
        FutureTask<R> task = new FutureTask<>(() -> {
            // Handlers may ask under which address they were called.
            RequestContextHolder.setRequestAttributes(address);
            return work.call();
        });
        Thread.ofVirtual().name("connect-call").start(task);
        try {
            Duration left = deadline.atMost(deadline.allowed());
            return task.get(left.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw deadline.exceeded();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
