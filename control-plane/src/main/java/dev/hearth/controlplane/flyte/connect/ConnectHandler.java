package dev.hearth.controlplane.flyte.connect;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestHandler;

/** Finds out what a request calls, and answers those that call nothing here. Runs on the call's own virtual thread. */
@Component
final class ConnectHandler implements HttpRequestHandler {
    /** What the paths of all calls begin with. */
    static final String PREFIX = "/flyteidl2.";

    private static final Logger log = LoggerFactory.getLogger(ConnectHandler.class);
    private static final String ACCEPT_POST =
            Arrays.stream(ContentType.values()).map(ContentType::wireName).collect(Collectors.joining(", "));
    private static final int LONGEST_NAME = 200;

    private final Procedures procedures;
    private final UnaryCalls unary;
    private final StreamCalls streams;
    private final ConnectErrors errors;

    ConnectHandler(Procedures procedures, UnaryCalls unary, StreamCalls streams, ConnectErrors errors) {
        this.procedures = procedures;
        this.unary = unary;
        this.streams = streams;
        this.errors = errors;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) {
        String name = request.getRequestURI().substring(1);
        try {
            answer(name, request, response);
        } catch (IOException e) {
            log.debug("The client of {} has gone", name, e);
        }
    }

    private void answer(String name, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals(HttpMethod.POST.name())) {
            response.setHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
            refuse(response, HttpStatus.METHOD_NOT_ALLOWED, "Calls are made with POST.");
            return;
        }
        ContentType type = ContentType.read(request.getContentType());
        if (type == null) {
            response.setHeader("Accept-Post", ACCEPT_POST);
            refuse(response, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The Content-Type must be one of " + ACCEPT_POST + ".");
            return;
        }
        Call call = new Call(name, type, request, response);
        switch (procedures.find(name)) {
            case null -> unserved(call);
            case Procedure.Unary<?, ?> procedure -> {
                if (type.isStream()) {
                    wrongKind(response, "has one answer", "application/proto or application/json");
                } else {
                    unary.serve(procedure, call);
                }
            }
            case Procedure.Stream<?, ?> procedure -> {
                if (type.isStream()) {
                    streams.serve(procedure, call);
                } else {
                    wrongKind(response, "is a stream", "application/connect+proto or application/connect+json");
                }
            }
        }
    }

    private void unserved(Call call) throws IOException {
        String shown = call.name().substring(0, Math.min(call.name().length(), LONGEST_NAME));
        ConnectException error = new ConnectException(Code.UNIMPLEMENTED, "Hearth does not serve " + shown + ".");
        if (call.type().isStream()) {
            streams.refuse(call, error);
        } else {
            errors.write(call.response(), error);
        }
    }

    private void wrongKind(HttpServletResponse response, String kind, String types) throws IOException {
        refuse(
                response,
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "This method " + kind + ": its Content-Type must be " + types + ".");
    }

    /** UNKNOWN is what clients make of these statuses. */
    private void refuse(HttpServletResponse response, HttpStatus status, String message) throws IOException {
        errors.write(response, status.value(), new ConnectException(Code.UNKNOWN, message));
    }
}
