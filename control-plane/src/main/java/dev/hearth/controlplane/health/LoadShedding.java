package dev.hearth.controlplane.health;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses, during an alarm of the queue, the reads that cost most and can wait: pages, lists and what-if. Submits, single runs, logs,
 * levers, health and the streams of replicas go on.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 40)
final class LoadShedding extends OncePerRequestFilter {
    private static final Pattern PAGES_AND_LISTS = Pattern.compile("GET (/|/(fragments|runs|environments)(/.*)?)"
            + "|GET /api/v1/(runs|runs/[^/]+/actions|environments/[^/]+/decisions)"
            + "|POST /api/v1/environments/[^/]+/(what-if|decisions/replay)");

    private final QueueWatch watch;
    private final QueueHealthSettings settings;
    private final ProblemWriter problems;

    LoadShedding(QueueWatch watch, QueueHealthSettings settings, ProblemWriter problems) {
        this.watch = watch;
        this.settings = settings;
        this.problems = problems;
    }

    static boolean canWait(String method, String path) {
        return PAGES_AND_LISTS.matcher(method + " " + path).matches();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        QueueAlarm alarm = watch.last().alarm();
        if (!settings.shed() || !alarm.isOn() || !canWait(request.getMethod(), request.getRequestURI())) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(
                HttpHeaders.RETRY_AFTER,
                Long.toString(Math.max(1, settings.interval().toSeconds())));
        problems.write(
                request,
                response,
                new ProblemException(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "Pages and lists are shed",
                        "The queue would slow down, so pages and lists wait while runs go on. " + alarm.text(),
                        List.of()));
    }
}
