package dev.hearth.controlplane.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells whether {@code <id>:<join token>} is that of a live replica: replicas fetch their code before they can say hello. */
@Component
final class ReplicaCredentialStore {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}):(.{1,200})");

    private final JdbcClient jdbc;

    ReplicaCredentialStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    boolean areValid(String credentials) {
        Matcher matcher = FORM.matcher(credentials);
        return matcher.matches() && isLive(Long.parseLong(matcher.group(1)), sha256(matcher.group(2)));
    }

    /** At most one row, by the primary key. */
    private boolean isLive(long replica, String tokenHash) {
        return jdbc.sql("""
                        SELECT join_token FROM replica
                        WHERE id = :replica AND phase IN ('STARTING', 'READY', 'DRAINING')""")
                .param("replica", replica)
                .query((row, n) -> row.getString("join_token"))
                .optional()
                .filter(expected -> Credentials.same(expected, tokenHash))
                .isPresent();
    }

    private static String sha256(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
