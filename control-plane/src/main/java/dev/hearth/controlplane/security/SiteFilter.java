package dev.hearth.controlplane.security;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps out what a page of another site makes the browser of a user send: with the password that it has stored, or to a server on loopback
 * that asks for none. Programs other than browsers say no origin, and are not concerned.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 12)
final class SiteFilter extends OncePerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final String PREFLIGHT = HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD;
    private static final String SITE = "Sec-Fetch-Site";

    private final SecuritySettings settings;
    private final HostNames names;
    private final ProblemWriter problems;

    SiteFilter(SecuritySettings settings, @Value("${server.address:}") String bound, ProblemWriter problems) {
        this.settings = settings;
        this.problems = problems;
        Set<String> allowed = new HashSet<>(settings.allowedHosts());
        allowed.add(bound);
        this.names = new HostNames(allowed);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ProblemException refusal = isMisdirected(request) ? misdirected(request) : refusal(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            problems.write(request, response, refusal);
        }
    }

    /**
     * With a token any name will do: a browser sends a password only to the origin for which it was entered. Probes call by
     * whatever address they know, and learn nothing. A proxy may say another name than the caller, so both must be right.
     */
    private boolean isMisdirected(HttpServletRequest request) {
        return !settings.hasToken()
                && !TokenFilter.PROBES.contains(request.getRequestURI())
                && !(Collections.list(request.getHeaders(HttpHeaders.HOST)).stream()
                                .allMatch(names::serve)
                        && names.serve(request.getServerName()));
    }

    private static ProblemException misdirected(HttpServletRequest request) {
        return new ProblemException(
                HttpStatus.MISDIRECTED_REQUEST,
                "Unknown host",
                "This server has no token, so it answers only by the names of loopback (localhost, 127.0.0.1, [::1]), not as "
                        + Line.of(String.valueOf(request.getHeader(HttpHeaders.HOST)))
                        + ". Name other hosts in hearth.security.allowed-hosts (HEARTH_ALLOWED_HOSTS), or set HEARTH_TOKEN.",
                List.of());
    }

    private @Nullable ProblemException refusal(HttpServletRequest request) {
        if (READING.contains(request.getMethod()) && request.getHeader(PREFLIGHT) == null) {
            return null;
        }
        List<String> origins = Collections.list(request.getHeaders(HttpHeaders.ORIGIN));
        String site = request.getHeader(SITE);
        Optional<String> foreign =
                origins.stream().filter(origin -> !isOwn(origin, site, request)).findFirst();
        if (foreign.isPresent()) {
            return foreign("of " + Line.of(foreign.get()));
        }
        boolean fromElsewhere = site != null && !site.equals("same-origin") && !site.equals("none");
        boolean isAllowed = !origins.isEmpty() && origins.stream().allMatch(this::isAllowed);
        return fromElsewhere && !isAllowed ? foreign("of other sites") : null;
    }

    private static ProblemException foreign(String pages) {
        return new ProblemException(
                HttpStatus.FORBIDDEN,
                "Foreign origin",
                "Pages " + pages + " may not change anything here. Name the origin in hearth.security.allowed-origins"
                        + " (HEARTH_ALLOWED_ORIGINS) to allow it; behind a proxy that ends TLS, set server.forward-headers-strategy.",
                List.of());
    }

    private boolean isOwn(String origin, @Nullable String site, HttpServletRequest request) {
        return isAllowed(origin)
                || Origin.read(origin)
                        .filter(page -> {
                            Origin called = Origin.called(request);
                            return page.equals(called) || ("same-origin".equals(site) && isBehindTls(page, request));
                        })
                        .isPresent();
    }

    /** The browser itself says that both are one, and only the scheme differs: a proxy has ended TLS and does not say so. */
    private static boolean isBehindTls(Origin page, HttpServletRequest request) {
        return Origin.read("https://" + request.getHeader(HttpHeaders.HOST))
                .filter(page::equals)
                .isPresent();
    }

    private boolean isAllowed(String origin) {
        return Origin.read(origin)
                .filter(page -> settings.allowedOrigins().contains(page.toString()))
                .isPresent();
    }
}
