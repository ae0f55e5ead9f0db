package dev.hearth.controlplane.live;

import dev.hearth.wire.AttemptRef;
import dev.hearth.wire.Hello;
import dev.hearth.wire.WorkerFrame;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Replicas that a test plays: their rows are true, but no process stands behind them. */
final class PlayedReplica {
    static final String TOKEN = "the join token of a play";

    /** Beyond those of the replicas that the server itself may start. */
    private static final AtomicInteger ORDINALS = new AtomicInteger(1_000);

    private PlayedReplica() {}

    /** The server's own database. */
    static JdbcClient database(LiveServer server) {
        try {
            String url = Files.readString(server.home().resolve("postgres").resolve("jdbc-url"));
            return JdbcClient.create(new DriverManagerDataSource(url, "postgres", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A row in the pool of an environment; answers its id. */
    static long insert(JdbcClient sql, String environment, String phase) {
        return sql.sql("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at, started_at)
                SELECT p.id, 'played', ?, ?, p.concurrency, ?, now(), now() FROM pool p WHERE p.environment = ?
                RETURNING id
                """)
                .params(ORDINALS.getAndIncrement(), phase, sha256(TOKEN), environment)
                .query(Long.class)
                .single();
    }

    static WorkerFrame hello(long replica, List<AttemptRef> running) {
        return WorkerFrame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setReplica(replica)
                        .setJoinToken(TOKEN)
                        .addAllRunning(running))
                .build();
    }

    static ManagedChannel channel(LiveServer server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.workerPort())
                .usePlaintext()
                .build();
    }

    /** Streams that the server holds open, those of real replicas included. */
    static double openStreams(LiveServer server) {
        return server.exchange("GET", "/actuator/prometheus", null, null)
                .body()
                .lines()
                .filter(line -> line.startsWith("hearth_replica_streams"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
