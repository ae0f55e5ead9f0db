package dev.hearth.controlplane.problem;

import dev.hearth.controlplane.storage.StorageException;
import dev.hearth.model.InvalidSpecException;
import dev.hearth.model.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns every exception of a call into an RFC 9457 answer that says what was wrong and what is allowed. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    static ProblemException tooLarge(BodyTooLargeException exception) {
        return new ProblemException(
                HttpStatus.CONTENT_TOO_LARGE, "Body too large", String.valueOf(exception.getMessage()), List.of());
    }

    @ExceptionHandler({
        ProblemException.class,
        InvalidSpecException.class,
        DataAccessResourceFailureException.class,
        CannotCreateTransactionException.class,
        TransientDataAccessException.class,
        StorageException.class
    })
    ResponseEntity<ProblemDetail> known(Exception exception) {
        return answer(Objects.requireNonNull(KnownFailures.problem(exception)));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> tooLong(BodyTooLargeException exception) {
        return answer(tooLarge(exception));
    }

    /** The container could not read the body to its end: a broken chunk, or a client that went away. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> broken(BadRequestException exception) {
        log.debug("A body could not be read to its end", exception);
        return answer(new ProblemException(
                HttpStatus.BAD_REQUEST,
                "Unreadable body",
                "The body ended early, or its chunks are malformed.",
                List.of()));
    }

    /** The container could not read the query, or a form in the body: too many parameters, or broken encoding. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> unreadable(InvalidParameterException exception) {
        log.debug("Parameters could not be read", exception);
        return answer(new ProblemException(
                HttpStatus.BAD_REQUEST,
                "Unreadable parameters",
                "The parameters are too many, or not percent-encoded UTF-8. Bodies are JSON, not forms.",
                List.of()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unexpected(Exception exception, HttpServletRequest request) {
        ProblemException known = KnownFailures.problem(exception);
        if (known != null) {
            return answer(known);
        }
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), exception);
        return ResponseEntity.internalServerError()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemDetails.of(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "Internal error",
                        "The server failed at this request; its log says why. This is not your fault.",
                        List.of()));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(ex, UnreadableJson.explain(ex), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String field = ex instanceof MethodArgumentTypeMismatchException argument
                ? argument.getName()
                : Objects.requireNonNullElse(ex.getPropertyName(), "");
        Violation error = new Violation(field, ex.getValue(), "must be " + UnreadableJson.kind(ex.getRequiredType()));
        return answer(ex, ProblemException.invalid(error), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException ex,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        Violation error = new Violation(ex.getParameterName(), null, "is a query parameter that this call needs");
        return answer(ex, ProblemException.invalid(error), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Set<HttpMethod> supported = Objects.requireNonNullElse(ex.getSupportedHttpMethods(), Set.of());
        String detail = ex.getMethod() + " is not supported here; supported: "
                + supported.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", ")) + ".";
        return answer(
                ex,
                new ProblemException(HttpStatus.METHOD_NOT_ALLOWED, "Method not allowed", detail, List.of()),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String supported = ex.getSupportedMediaTypes().stream()
                .map(MediaType::toString)
                .distinct()
                .collect(Collectors.joining(", "));
        String found = ex.getContentType() == null
                ? "The Content-Type is missing or unreadable"
                : "Content-Type " + ex.getContentType() + " is not supported here";
        String detail = found + "; supported: " + supported + ".";
        return answer(
                ex,
                new ProblemException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", detail, List.of()),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotAcceptable(
            HttpMediaTypeNotAcceptableException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String supported = ex.getSupportedMediaTypes().stream()
                .map(MediaType::toString)
                .distinct()
                .collect(Collectors.joining(", "));
        String detail = "Nothing in the Accept header \"" + request.getHeader(HttpHeaders.ACCEPT)
                + "\" can be answered here" + (supported.isEmpty() ? "." : "; supported: " + supported + ".");
        return answer(
                ex,
                new ProblemException(HttpStatus.NOT_ACCEPTABLE, "Not acceptable", detail, List.of()),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String path = request instanceof ServletWebRequest servlet
                ? servlet.getRequest().getRequestURI()
                : "";
        String detail = "There is nothing at " + path + ". The calls are listed at /openapi.";
        return answer(ex, ProblemException.notFound(detail), headers, request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception cause, ProblemException problem, HttpHeaders headers, WebRequest request) {
        HttpHeaders typed = new HttpHeaders();
        typed.addAll(headers);
        typed.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return handleExceptionInternal(cause, ProblemDetails.of(problem), typed, problem.status(), request);
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemException exception) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(exception.status());
        if (exception.status() == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, ProblemWriter.RETRY_SECONDS);
        }
        return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(ProblemDetails.of(exception));
    }
}
