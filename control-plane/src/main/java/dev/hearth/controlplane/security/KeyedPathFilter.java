package dev.hearth.controlplane.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriUtils;

/**
 * Reads {@code /flyte/as/<key>/<path>} as {@code <path>} with the key as bearer token: over plain HTTP the Flyte SDK shows no
 * credentials, but keeps to the address that it is given. Only for what the SDK calls.
 * Before all who look at paths.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 15)
final class KeyedPathFilter extends OncePerRequestFilter {
    private static final Pattern KEYED =
            Pattern.compile("/flyte/as/([^/]{1,1000})(/flyteidl2\\.[\\w.]+/\\w+|/flyte/images)");

    private final Admission admission;

    KeyedPathFilter(Admission admission) {
        this.admission = admission;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Matcher keyed = KEYED.matcher(request.getRequestURI());
        chain.doFilter(
                keyed.matches() ? new Keyed(request, UriUtils.decode(keyed.group(1), UTF_8), keyed.group(2)) : request,
                response);
    }

    private final class Keyed extends HttpServletRequestWrapper {
        private final String key;
        private final String path;

        Keyed(HttpServletRequest request, String key, String path) {
            super(request);
            this.key = key;
            this.path = path;
        }

        @Override
        public String getRequestURI() {
            return path;
        }

        @Override
        public StringBuffer getRequestURL() {
            StringBuffer url = super.getRequestURL();
            return url.replace(url.indexOf("/flyte/as/"), url.length(), path);
        }

        @Override
        public String getServletPath() {
            return path;
        }

        /** A server without a token asks nobody for one. */
        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase(HttpHeaders.AUTHORIZATION) && admission.wantsToken()
                    ? Credentials.BEARER + key
                    : super.getHeader(name);
        }
    }
}
