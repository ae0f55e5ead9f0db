package dev.hearth.controlplane.run;

import dev.hearth.controlplane.EngineServer;
import dev.hearth.controlplane.TestDatabase;
import dev.hearth.controlplane.TestDatabase.Database;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server without replicas that has the environment shop with the tasks ship and bill, and its REST calls. */
public record RunApi(EngineServer server, JdbcClient sql, HttpClient client) implements AutoCloseable {
    public record Answer(int status, String text, HttpHeaders headers) {
        public JsonNode body() {
            return new JsonMapper().readTree(text);
        }
    }

    static RunApi start(Path home) {
        return start(home, TestDatabase.fresh());
    }

    public static RunApi start(Path home, Database database, String... settings) {
        EngineServer server = EngineServer.start(home, database, settings);
        JdbcClient sql =
                JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password()));
        deploy(sql);
        return new RunApi(server, sql, HttpClient.newHttpClient());
    }

    /** Of a path behind the address of the server. */
    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer post(String path, String json, String... headers) {
        HttpRequest.Builder request =
                request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    /** Starts a run of a task; answers its name. */
    public String submit(String task) {
        return post("/api/v1/runs", """
                {"environment": "shop", "task": "%s", "input": {"id": 1}}""".formatted(task)).body().get("name").stringValue();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.address() + path));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response.headers());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void deploy(JdbcClient sql) {
        sql.sql("""
                WITH e AS (
                    INSERT INTO environment (project, name, state, created_at) VALUES ('default', 'shop', 'ACTIVE', now())
                    RETURNING id
                ), p AS (
                    INSERT INTO pool (identity, environment_id, environment, image, resources, env, single_use,
                                      concurrency, replicas_min, replicas_max, scaledown_ttl_ms, idle_ttl_ms, created_at)
                    SELECT 'shop', id, 'shop', 'process:java', '{}', '{}', false, 1, 0, 1, 1000, 1000, now() FROM e
                    RETURNING id
                )
                INSERT INTO environment_version (environment_id, version, state, spec, tasks, pool_id, deployed_at)
                SELECT e.id, 'v', 'ACTIVE', '{"image": "process:java", "env": {}}', jsonb_build_array(task || '{"name": "ship"}', task || '{"name": "bill"}'),
                       p.id, now()
                FROM e, p, (SELECT jsonb '{"inputSchema": {"type": "object", "required": ["id"]}, "outputSchema": {}}') t (task)
                """).update();
        sql.sql("UPDATE environment SET active_version_id = (SELECT id FROM environment_version)")
                .update();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
