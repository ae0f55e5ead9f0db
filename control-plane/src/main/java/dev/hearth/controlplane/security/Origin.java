package dev.hearth.controlplane.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page comes from, as browsers tell it: scheme, host and port, the port always written.
 *
 * @param host in lower case, IPv6 in brackets
 */
record Origin(String scheme, String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(https?)://(\\[[0-9a-f:.]+]|[^/:@\\[\\]?#\\s\\p{Cntrl}]+)(?::(\\d{1,5}))?");

    /** Empty for {@code null}, which pages without an origin send, and for what is no origin. */
    static Optional<Origin> read(String text) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        return form.matches() ? Optional.of(of(form.group(1), form.group(2), form.group(3))) : Optional.empty();
    }

    /** That of this server, as the caller sees it: behind a proxy, what the proxy says if it is believed. */
    static Origin called(HttpServletRequest request) {
        String host = request.getServerName().toLowerCase(Locale.ROOT);
        boolean bare = host.contains(":") && !host.startsWith("[");
        return new Origin(
                request.getScheme().toLowerCase(Locale.ROOT), bare ? "[" + host + "]" : host, request.getServerPort());
    }

    private static Origin of(String scheme, String host, String port) {
        return new Origin(scheme, host, port == null ? usualPort(scheme) : Integer.parseInt(port));
    }

    private static int usualPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port;
    }
}
