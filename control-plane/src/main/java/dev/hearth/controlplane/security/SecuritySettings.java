package dev.hearth.controlplane.security;

import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.security.*}.
 *
 * @param token what callers must show; empty (the default) = no token, and then the server listens on loopback only
 * @param allowedOrigins other sites whose pages may change something here, such as {@code https://tools.example.com}; none by default
 * @param allowedHosts names beside those of loopback by which a server without a token may be called; none by default
 */
@ConfigurationProperties("hearth.security")
record SecuritySettings(
        @DefaultValue("") String token,
        @DefaultValue Set<String> allowedOrigins,
        @DefaultValue Set<String> allowedHosts) {
    SecuritySettings {
        token = token.strip();
        allowedOrigins = allowedOrigins.stream()
                .map(each -> Origin.read(each)
                        .orElseThrow(
                                () -> new IllegalArgumentException("hearth.security.allowed-origins must hold origins"
                                        + " such as https://tools.example.com (scheme, host, port if it is not the usual one), was "
                                        + each)))
                .map(Origin::toString)
                .collect(Collectors.toUnmodifiableSet());
        allowedHosts = Set.copyOf(allowedHosts);
    }

    boolean hasToken() {
        return !token.isEmpty();
    }

    @Override
    public String toString() {
        return hasToken() ? "SecuritySettings[token set]" : "SecuritySettings[no token]";
    }
}
