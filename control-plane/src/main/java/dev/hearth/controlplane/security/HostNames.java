package dev.hearth.controlplane.security;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names by which a server without a token lets itself be called: those of loopback and those that are allowed. Any site can make a name
 * of its own point at loopback; its page would then be of the same origin as this server.
 */
final class HostNames {
    /** A host with or without a port; an IPv6 address stands in brackets, except where the container has taken them off. */
    private static final Pattern FORM = Pattern.compile("\\[([^]]+)](?::\\d*)?|([^:\\[\\]]+)(?::\\d*)?|([0-9a-f:.]+)");

    private final Set<String> allowed;

    HostNames(Collection<String> allowed) {
        this.allowed =
                allowed.stream().map(HostNames::name).flatMap(Optional::stream).collect(Collectors.toUnmodifiableSet());
    }

    boolean serve(String host) {
        return name(host)
                .filter(name -> name.equals("localhost")
                        || name.endsWith(".localhost")
                        || isLoopback(name)
                        || allowed.contains(name))
                .isPresent();
    }

    /** Without port, brackets, the dot at the end of a full name, and capitals. */
    private static Optional<String> name(String host) {
        Matcher form = FORM.matcher(host.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String name = form.group(1) != null ? form.group(1) : form.group(2) != null ? form.group(2) : form.group(3);
        return Optional.of(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }
}
