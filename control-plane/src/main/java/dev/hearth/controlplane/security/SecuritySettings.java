package dev.hearth.controlplane.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code hearth.security.*}.
 *
 * @param token what callers must show; empty (the default) = no token, and then the server listens on loopback only
 */
@ConfigurationProperties("hearth.security")
record SecuritySettings(@DefaultValue("") String token) {
    SecuritySettings {
        token = token.strip();
    }

    boolean hasToken() {
        return !token.isEmpty();
    }

    @Override
    public String toString() {
        return hasToken() ? "SecuritySettings[token set]" : "SecuritySettings[no token]";
    }
}
