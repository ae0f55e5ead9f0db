package dev.hearth.controlplane.flyte;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.security.Admission;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The token endpoint of OAuth 2.0 for client credentials, which is how the SDK uses its API keys. The secret is the server's
 * token, under any client id, and the access token is the same.
 */
@Controller
class FlyteTokens {
    static final String PATH = "/flyte/token";
    static final String GRANT = "client_credentials";

    private static final String BASIC = "Basic ";

    /** The SDK asks again when it is refused; it does not look at the time. */
    private static final int EXPIRES_IN_SECONDS = 3_600;

    private final Admission admission;

    FlyteTokens(Admission admission) {
        this.admission = admission;
    }

    @PostMapping(PATH)
    ResponseEntity<Map<String, Object>> token(
            @RequestParam(name = "grant_type", required = false) @Nullable String grant,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization) {
        if (!admission.wantsToken()) {
            throw new ProblemException(
                    HttpStatus.NOT_FOUND,
                    "Not Found",
                    "This server has no token configured, so there is nothing to log in with: call it without.",
                    List.of());
        }
        if (!GRANT.equals(grant)) {
            return refused(HttpStatus.BAD_REQUEST, "unsupported_grant_type", "grant_type must be " + GRANT);
        }
        return secret(authorization)
                .filter(admission::isToken)
                .map(token -> ResponseEntity.ok()
                        .cacheControl(CacheControl.noStore())
                        .body(Map.<String, Object>of(
                                "access_token", token, "token_type", "bearer", "expires_in", EXPIRES_IN_SECONDS)))
                .orElseGet(() -> refused(
                        HttpStatus.UNAUTHORIZED,
                        "invalid_client",
                        "the client secret must be the server's HEARTH_TOKEN; any client id will do"));
    }

    private static Optional<String> secret(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            String[] parts = new String(Base64.getDecoder().decode(authorization.substring(BASIC.length())), UTF_8)
                    .split(":", 2);
            return parts.length < 2 ? Optional.empty() : Optional.of(URLDecoder.decode(parts[1], UTF_8));
        } catch (IllegalArgumentException neitherBase64NorEncoded) {
            return Optional.empty();
        }
    }

    private static ResponseEntity<Map<String, Object>> refused(HttpStatus status, String error, String description) {
        return ResponseEntity.status(status).body(Map.of("error", error, "error_description", description));
    }
}
