package dev.hearth.controlplane.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses, before anything reads them, addresses that are no UTF-8 text, and bodies that are too long or packed. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
final class RequestGuard extends OncePerRequestFilter {
    /** The calls whose bodies have limits of their own: bundles, and those of the Flyte API and its files. */
    private static final Pattern OWN_LIMIT = Pattern.compile("/api/v1/bundles|/flyteidl2\\..*|/flyte/uploads");

    private static final String REST = "/api/";
    private static final String IDENTITY = "identity";

    private final HttpSettings settings;
    private final ProblemWriter problems;

    RequestGuard(HttpSettings settings, ProblemWriter problems) {
        this.settings = settings;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ProblemException unfit = unfit(request);
        String query = request.getQueryString();
        if (unfit != null) {
            if (unfit.status() == HttpStatus.UNSUPPORTED_MEDIA_TYPE) {
                response.setHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY);
            }
            problems.write(request, response, unfit);
        } else if (!AddressText.isReadable(request.getRequestURI())
                || (query != null && !AddressText.isReadable(query))) {
            problems.write(
                    request,
                    response,
                    new ProblemException(
                            HttpStatus.BAD_REQUEST,
                            "Invalid address",
                            "The path and the query must be percent-encoded UTF-8 without the character U+0000.",
                            List.of()));
        } else if (OWN_LIMIT.matcher(request.getRequestURI()).matches()) {
            chain.doFilter(request, response);
        } else if (request.getContentLengthLong() > settings.maxBody().toBytes()) {
            problems.write(request, response, ProblemAdvice.tooLarge(new BodyTooLargeException(settings.maxBody())));
        } else {
            chain.doFilter(new LimitedBody(request, settings.maxBody()), response);
        }
    }

    /** REST alone: the Flyte door unpacks what it is sent, within its own limits. */
    private static @Nullable ProblemException unfit(HttpServletRequest request) {
        if (!request.getRequestURI().startsWith(REST)) {
            return null;
        }
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase(IDENTITY)) {
            return new ProblemException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "Unsupported content encoding",
                    "Content-Encoding " + encoding + " is not supported here; send the body as it is.",
                    List.of());
        }
        if (request.getRequestURI().contains(";")) {
            return new ProblemException(
                    HttpStatus.BAD_REQUEST,
                    "Invalid address",
                    "The path has a parameter behind ';'; parameters stand behind '?'.",
                    List.of());
        }
        String accept = String.join(",", Collections.list(request.getHeaders(HttpHeaders.ACCEPT)));
        try {
            MediaType.parseMediaTypes(accept);
            return null;
        } catch (InvalidMediaTypeException unreadable) {
            return new ProblemException(
                    HttpStatus.NOT_ACCEPTABLE,
                    "Not acceptable",
                    "The Accept header \"" + accept + "\" is no list of media types, such as application/json.",
                    List.of());
        }
    }
}
