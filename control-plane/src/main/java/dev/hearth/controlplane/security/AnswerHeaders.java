package dev.hearth.controlplane.security;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Tells browsers what answers of this server are not for: to be framed, read or run by other sites, guessed at, or kept on a disk. On every
 * answer, those of the container included.
 */
@Component
final class AnswerHeaders implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    /** Scripts and calls of our own only. Bars and stacks of the pages have their widths as style attributes. */
    private static final String CONTENT = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "style-src 'self'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'");

    /** A referrer policy stricter than this makes browsers send {@code Origin: null} from our own pages. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", CONTENT,
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin");

    private static final HostNames LOOPBACK = new HostNames(List.of());

    /** The same for everybody. */
    private static final Pattern FILES = Pattern.compile("/webjars/.*|/hearth\\.(css|js)");

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addEngineValves(new HeaderValve());
    }

    private static final class HeaderValve extends ValveBase {
        HeaderValve() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            HEADERS.forEach(response::setHeader);
            if (heedsOpeners(request)) {
                response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
            }
            // Null if the request was too broken to have one.
            String path = request.getRequestURI();
            boolean isFile = path != null && FILES.matcher(path).matches();
            response.setHeader(HttpHeaders.CACHE_CONTROL, isFile ? "no-cache" : "no-store");
            getNext().invoke(request, response);
        }

        /** On pages that come by plain HTTP from another machine browsers do not, and write a line about it with each page. */
        private static boolean heedsOpeners(Request request) {
            return request.isSecure()
                    || request.getHeader("X-Forwarded-Proto") != null
                    || request.getHeader("Forwarded") != null
                    || LOOPBACK.serve(String.valueOf(request.getServerName()));
        }
    }
}
