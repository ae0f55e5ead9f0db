package dev.hearth.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.image.FakePython;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A pool of a Python image that takes longer to be made than a replica may take to come up. */
@Tag("beside-others")
class PythonReplicaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void theTimeToComeUpBeginsWhenTheImageIsMadeAndJavaReplicasDoNotWaitForIt() throws IOException {
        FakePython python = FakePython.in(folder.resolve("programs"), "3.11");
        TestDatabase.Database fresh = TestDatabase.fresh();
        LiveServer server = new LiveServer(folder.resolve("home"))
                .with("HEARTH_DB_URL", fresh.url())
                .with("HEARTH_DB_USER", fresh.user())
                .with("HEARTH_DB_PASSWORD", fresh.password())
                .with("HEARTH_PROVISIONING_STARTTIMEOUT", "15s")
                .with("PATH", python.folder() + ":" + System.getenv("PATH"));
        server.start();
        try (server) {
            JdbcClient sql =
                    JdbcClient.create(new DriverManagerDataSource(fresh.url(), fresh.user(), fresh.password()));
            sql.sql("""
                    INSERT INTO python_image (fqin, layers, created_at) VALUES ('test', '{"pythonVersion": null, "layers": [
                        {"layer": "pipPackages", "packages": ["endless"],
                         "options": {"indexUrl": null, "extraIndexUrls": [], "pre": false, "extraArgs": null}}]}', now())
                    """).update();
            sql.sql("""
                    WITH e AS (
                        INSERT INTO environment (project, name, state, created_at)
                        VALUES ('default', 'python', 'ACTIVE', now()) RETURNING id
                    ), p AS (
                        INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use,
                                          concurrency, replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                        SELECT 'python', id, 'python', 'process:python/test', '{"cpu": "1", "memory": "256Mi", "gpu": 0}',
                               '{}', false, 1, 2, 2, 60000, NULL, now()
                        FROM e RETURNING id, environment_id
                    )
                    INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                    SELECT environment_id, 'v', 'ACTIVE', '{}', '[]', id, now() FROM p
                    """).update();

            await("pip is at work").atMost(PATIENCE).until(() -> python.calls().contains("endless"));
            server.deployExample("sleeper", Map.of("replicas", 1, "concurrency", 1, "idleTtl", "PT10M"));
            server.succeeded(server.submit("sleeper", "naps", Map.of("n", 1, "millis", 1)));
            await("the start timeout passes")
                    .atMost(PATIENCE)
                    .until(() -> sql.sql("""
                    SELECT started_at < now() - interval '18 s' FROM replica WHERE version = 'v' AND phase <> 'REQUESTED'
                    ORDER BY id LIMIT 1
                    """).query(Boolean.class).single());
            assertThat(phases(sql)).doesNotContain("FAILED").containsAnyOf("STARTING");

            python.openGate();

            Path output = folder.resolve("home/replicas");
            await("both run").atMost(PATIENCE).until(() -> {
                try (var replicas = Files.list(output)) {
                    return replicas.filter(replica -> Files.exists(replica.resolve("environment.txt")))
                                    .count()
                            == 2;
                }
            });
            assertThat(python.calls()).filteredOn("venv"::equals).hasSize(1);
            assertThat(phases(sql)).as("the time to come up begins now").doesNotContain("FAILED");
            await("it never says hello")
                    .atMost(PATIENCE)
                    .until(() -> phases(sql).contains("FAILED"));
            assertThat(sql.sql(
                                    "SELECT end_reason FROM replica WHERE version = 'v' AND phase = 'FAILED' ORDER BY id LIMIT 1")
                            .query(String.class)
                            .single())
                    .contains("never came up")
                    .contains("Collecting endless")
                    .contains("runs");
        }
    }

    private static List<String> phases(JdbcClient sql) {
        return sql.sql("SELECT phase FROM replica WHERE version = 'v'")
                .query(String.class)
                .list();
    }
}
