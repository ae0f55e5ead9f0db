package dev.hearth.controlplane.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Leaves a line for each caller who was refused, and for each deployment, lever and cancel: who, from where, what, and how it ended.
 * Never with a token, a body or a query in it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 5)
final class AccessLog extends OncePerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    private static final Set<Integer> REFUSED = Set.of(401, 403, 421);

    private static final Pattern CHANGES = Pattern.compile("PUT /api/v1/environments/[^/]+"
            + "|POST /api/v1/(bundles|environments/[^/]+/(warm|pause|resume|retire)|replicas/[^/]+/drain)"
            + "|POST /api/v1/runs/[^/]+(/actions/[^/]+)?/cancel"
            + "|POST (/flyte/as/[^/]+)?/flyteidl2\\.[\\w.]+/(DeployTask|Abort\\w+)");

    private static final Pattern KEY = Pattern.compile("/as/[^/]+", Pattern.CASE_INSENSITIVE);

    private final Admission admission;

    /** More than these a minute are counted instead. */
    private final Allowance refusals;

    private final Allowance changes;

    AccessLog(Admission admission, Clock clock) {
        this.admission = admission;
        this.refusals = new Allowance(60, clock);
        this.changes = new Allowance(600, clock);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, response);
        if (REFUSED.contains(response.getStatus())) {
            write(Level.WARN, refusals, "refused", request, response);
        } else if (CHANGES.matcher(call(request)).matches()) {
            write(Level.INFO, changes, "called", request, response);
        }
    }

    private void write(
            Level level, Allowance allowance, String what, HttpServletRequest request, HttpServletResponse response) {
        allowance
                .take()
                .ifPresent(more -> log.atLevel(level)
                        .log(
                                "{} {} from {}: {} by {}{}",
                                what,
                                response.getStatus(),
                                Line.of(String.valueOf(request.getRemoteAddr())),
                                Line.of(KEY.matcher(call(request)).replaceFirst("/as/***")),
                                Line.of(admission.describe(request)),
                                more == 0 ? "" : " (and " + more + " more before this, not listed)"));
    }

    private static String call(HttpServletRequest request) {
        return request.getMethod() + " " + request.getRequestURI();
    }
}
