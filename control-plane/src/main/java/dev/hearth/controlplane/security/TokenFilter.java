package dev.hearth.controlplane.security;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets in who shows the token of this server, if it has one. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 30)
final class TokenFilter extends OncePerRequestFilter {
    static final String REPLICA = "X-Hearth-Replica";

    /** Tell nothing but their status, to whoever asks. */
    static final Set<String> PROBES = Set.of("/actuator/health/liveness", "/actuator/health/readiness");

    /** What checks for itself who calls: signed addresses, and where the Flyte SDK logs in. */
    private static final Set<String> OPEN = Set.of(
            "/flyte/uploads",
            "/flyte/token",
            "/flyteidl2.auth.AuthMetadataService/GetOAuth2Metadata",
            "/flyteidl2.auth.AuthMetadataService/GetPublicClientConfig");

    private static final Pattern BUNDLE_CONTENT = Pattern.compile("/api/v1/bundles/[0-9a-f]{64}/content");

    /** What tasks of the Flyte SDK call from inside of their replica. */
    private static final Pattern OF_REPLICAS = Pattern.compile("/flyteidl2\\.[\\w.]+/\\w+|/flyte/images");

    private final Admission admission;
    private final ProblemWriter problems;

    TokenFilter(Admission admission, ProblemWriter problems) {
        this.admission = admission;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ProblemException refusal = refusal(request);
        if (refusal == null) {
            chain.doFilter(request, response);
            return;
        }
        if (refusal.status() == HttpStatus.UNAUTHORIZED) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"hearth\"");
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"hearth\", charset=\"UTF-8\"");
        }
        problems.write(request, response, refusal);
    }

    private @Nullable ProblemException refusal(HttpServletRequest request) {
        if (PROBES.contains(request.getRequestURI()) || OPEN.contains(request.getRequestURI())) {
            return null;
        }
        if (!admission.wantsToken()) {
            return Credentials.hasBearer(request)
                    ? unauthorized("This server has no token configured, so it cannot check yours. Start it with"
                            + " HEARTH_TOKEN set, or call it without a token.")
                    : null;
        }
        String replica = request.getHeader(REPLICA);
        if (replica != null
                && BUNDLE_CONTENT.matcher(request.getRequestURI()).matches()
                && admission.isReplica(replica)) {
            return null;
        }
        String shown = Credentials.token(request);
        if (shown == null) {
            return unauthorized("This server wants a token: send the header \"Authorization: Bearer <token>\" with the"
                    + " server's HEARTH_TOKEN, or use it as the password in a browser. The Flyte SDK has it at the end of its endpoint: "
                    + "dns:///<host>:<port>/flyte/as/<token>.");
        }
        return admission.isToken(shown)
                        || (OF_REPLICAS.matcher(request.getRequestURI()).matches() && admission.isReplica(shown))
                ? null
                : unauthorized("This is not the token of this server. Its HEARTH_TOKEN is what it takes.");
    }

    private static ProblemException unauthorized(String detail) {
        return new ProblemException(HttpStatus.UNAUTHORIZED, "Unauthorized", detail, List.of());
    }
}
