package dev.hearth.controlplane.security;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/** Tells who may call: those who know the server's token, and live replicas, each for what it is there for. Thread-safe. */
@Component
public final class Admission {
    private final SecuritySettings settings;
    private final ReplicaCredentialStore replicas;

    Admission(SecuritySettings settings, ReplicaCredentialStore replicas) {
        this.settings = settings;
        this.replicas = replicas;
    }

    /** Whether callers must show anything. */
    public boolean wantsToken() {
        return settings.hasToken();
    }

    /** Takes the same time wherever the two differ. */
    public boolean isToken(String shown) {
        return wantsToken() && Credentials.same(settings.token(), shown);
    }

    /** Whether these are {@code <id>:<join token>} of a replica that lives; asks the database. */
    public boolean isReplica(String credentials) {
        return replicas.areValid(credentials);
    }

    /**
     * Who calls, by what they say: the user of a browser, what kind of key was shown, or nobody. Never the key, also not where it was
     * entered as the user.
     */
    String describe(HttpServletRequest request) {
        String shown = Credentials.token(request);
        if (shown == null) {
            return request.getHeader(TokenFilter.REPLICA) == null ? "nobody" : "a replica";
        }
        if (Credentials.hasBearer(request)) {
            return isToken(shown) ? "the token" : "another token";
        }
        String user = Credentials.user(request).filter(name -> !isToken(name)).orElse("");
        return user.isBlank() ? "a password" : "user '" + user + "'";
    }
}
