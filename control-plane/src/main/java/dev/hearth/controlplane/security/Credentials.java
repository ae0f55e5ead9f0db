package dev.hearth.controlplane.security;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Reads the token out of a request: a bearer token, or the password of HTTP basic (any user), which browsers can send. */
final class Credentials {
    static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private Credentials() {}

    static boolean hasBearer(HttpServletRequest request) {
        return after(request, BEARER) != null;
    }

    /** Null if the request shows none. */
    static @Nullable String token(HttpServletRequest request) {
        String bearer = after(request, BEARER);
        String basic = after(request, BASIC);
        return bearer != null || basic == null ? bearer : part(basic, 1);
    }

    /** The user of HTTP basic, as a person has entered it. */
    static Optional<String> user(HttpServletRequest request) {
        return Optional.ofNullable(after(request, BASIC)).map(basic -> part(basic, 0));
    }

    /** Takes the same time wherever the two differ. */
    static boolean same(String expected, String shown) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String after(HttpServletRequest request, String scheme) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, scheme, 0, scheme.length())
                ? header.substring(scheme.length()).strip()
                : null;
    }

    /** The user, or the password; null for what is not both. */
    private static @Nullable String part(String basic, int which) {
        try {
            String[] parts = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8).split(":", 2);
            return parts.length < 2 ? null : parts[which];
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
