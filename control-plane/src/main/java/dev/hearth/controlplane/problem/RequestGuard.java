package dev.hearth.controlplane.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses, before anything reads them, addresses that are no UTF-8 text and bodies that are too long. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
final class RequestGuard extends OncePerRequestFilter {
    /** The calls whose bodies have limits of their own: bundles, and those of the Flyte API and its files. */
    private static final Pattern OWN_LIMIT = Pattern.compile("/api/v1/bundles|/flyteidl2\\..*|/flyte/uploads");

    private final HttpSettings settings;
    private final ProblemWriter problems;

    RequestGuard(HttpSettings settings, ProblemWriter problems) {
        this.settings = settings;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String query = request.getQueryString();
        if (!AddressText.isReadable(request.getRequestURI()) || (query != null && !AddressText.isReadable(query))) {
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
}
