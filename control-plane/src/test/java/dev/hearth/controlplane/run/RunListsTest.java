package dev.hearth.controlplane.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.controlplane.problem.PageQuery;
import dev.hearth.controlplane.run.RunApi.Answer;
import dev.hearth.controlplane.run.RunListStore.Statement;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Filters and pages of runs and actions: 110,000 runs, one started each second until now, most of them in history, and one of them
 * with 10,001 actions.
 */
class RunListsTest {
    private static final int RUNS = 110_000;
    private static RunApi api;

    @BeforeAll
    static void fill(@TempDir Path home) {
        api = RunApi.start(home);
        // Every 10,000th has failed, the newest three are under way; the oldest is the only one of the task bill.
        api.sql().sql("""
                INSERT INTO run (name, project, environment, version_id, version, task, phase, created_at, ended_at)
                SELECT 'run' || n, 'default', CASE WHEN n %% 10 = 3 THEN 'stall' ELSE 'shop' END, 1, 'v', CASE WHEN n = 1 THEN 'bill' ELSE 'ship' END,
                       CASE WHEN n %% 10000 = 0 AND n < %1$d THEN 'FAILED' WHEN n > %1$d - 3 THEN 'RUNNING' ELSE 'SUCCEEDED' END,
                       now() - (%1$d - n) * interval '1 s',
                       CASE WHEN n <= %1$d - 3 THEN now() - (%1$d - n) * interval '1 s' END
                FROM generate_series(1, %1$d) n""".formatted(RUNS)).update();
        actions("r.name <> 'run100' AND r.created_at > now() - interval '1 h'", "action", "");
        actions("r.name <> 'run100' AND r.created_at <= now() - interval '1 h'", "action_history", ", r.ended_at");
        api.sql().sql("""
                INSERT INTO action_history (id, run, name, parent, environment, version_id, task, pool_id, phase, created_at, available_at,
                                            ended_at, input_type, error_code, error_message, run_ended_at)
                SELECT nextval(pg_get_serial_sequence('action', 'id')), r.name, CASE WHEN n = 0 THEN 'a0' ELSE 'a0.' || n END, CASE WHEN n = 0 THEN NULL WHEN n > 9000 THEN 'a0.1'
                       ELSE 'a0' END, 'shop', 1, CASE WHEN n > 9000 THEN 'bill' ELSE 'ship' END, 1,
                       CASE WHEN n IN (700, 7000) THEN 'FAILED' ELSE 'SUCCEEDED' END, r.created_at, r.created_at, r.ended_at,
                       'application/json', CASE WHEN n IN (700, 7000) THEN 'USER' END, CASE WHEN n IN (700, 7000) THEN 'no' END,
                       r.ended_at
                FROM run r, generate_series(0, 10000) n WHERE r.name = 'run100' ORDER BY n""").update();
        api.sql().sql("ANALYZE run, action, action_history").update();
    }

    private static void actions(String which, String table, String end) {
        api.sql()
                .sql("""
                INSERT INTO %s (id, run, name, environment, version_id, task, pool_id, phase, created_at, available_at, ended_at,
                                input_type, error_code, error_message%s)
                OVERRIDING SYSTEM VALUE
                SELECT nextval(pg_get_serial_sequence('action', 'id')), r.name, 'a0', r.environment, 1, r.task, 1, r.phase, r.created_at, r.created_at, r.ended_at,
                       'application/json', CASE WHEN r.phase = 'FAILED' THEN 'USER' END,
                       CASE WHEN r.phase = 'FAILED' THEN 'Invoice 100%% lost at ' || r.name END%s
                FROM run r WHERE %s""".formatted(table, end.isEmpty() ? "" : ", run_ended_at", end, which))
                .update();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void failedRunsAreFoundAmongAHundredThousandOverAsManyPagesAsItTakes() {
        assertThat(all("/api/v1/runs?phase=FAILED"))
                .containsExactly(
                        "run100000",
                        "run90000",
                        "run80000",
                        "run70000",
                        "run60000",
                        "run50000",
                        "run40000",
                        "run30000",
                        "run20000",
                        "run10000");
        assertThat(all("/api/v1/runs?phase=FAILED&limit=3")).hasSize(10);
        assertThat(all("/api/v1/runs?phase=FAILED,RUNNING&limit=4"))
                .hasSize(13)
                .startsWith("run110000", "run109999", "run109998", "run100000");
    }

    @Test
    void aRunThatIsOlderThanWhatOnePageLooksAtIsFoundByFollowingCursors() {
        JsonNode first = get("/api/v1/runs?task=bill");
        assertThat(first.get("items")).isEmpty();
        assertThat(first.hasNonNull("nextCursor")).isTrue();
        assertThat(all("/api/v1/runs?task=bill&environment=shop")).containsExactly("run1");
        assertThat(all("/api/v1/runs?task=nothing")).isEmpty();
        assertThat(all("/api/v1/runs?environment=nowhere")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"90s, 90", "PT90S, 90", "1m, 60", "30, 30"})
    void sinceIsADurationBackFromNow(String since, int most) {
        List<String> found = all("/api/v1/runs?since=" + since + "&limit=500");
        // The clock goes on after the rows were written.
        assertThat(found.size()).isLessThanOrEqualTo(most);
        if (!found.isEmpty()) {
            assertThat(found.getFirst()).isEqualTo("run110000");
        }
    }

    @Test
    void sinceIsATimeToo() {
        String at = api.sql()
                .sql("SELECT created_at FROM run WHERE name = 'run109800'")
                .query(java.sql.Timestamp.class)
                .single()
                .toInstant()
                .toString();
        assertThat(all("/api/v1/runs?limit=150&since=" + at)).hasSize(201).endsWith("run109800");
        String elsewhere = encoded(
                Instant.parse(at).atOffset(java.time.ZoneOffset.ofHours(2)).toString());
        assertThat(all("/api/v1/runs?limit=150&since=" + elsewhere)).hasSize(201);
        assertThat(all("/api/v1/runs?since=9999-01-01T00:00:00Z")).isEmpty();
        assertThat(get("/api/v1/runs?since=P99999999D").get("items")).hasSize(50);
        assertThat(get("/api/v1/runs?since=-9999-01-01T00:00:00Z").get("items")).hasSize(50);
    }

    @Test
    void textIsLookedForInNamesAndErrorsAsItStands() {
        assertThat(all("/api/v1/runs?q=RUN54321")).containsExactly("run54321");
        assertThat(all("/api/v1/runs?q=lost+at+run5")).containsExactly("run50000");
        assertThat(all("/api/v1/runs?phase=FAILED&q=" + encoded("100% LOST"))).hasSize(10);
        assertThat(all("/api/v1/runs?q=" + encoded("1_0% lost"))).isEmpty();
        assertThat(all("/api/v1/runs?q=" + encoded("\\"))).isEmpty();
        assertThat(all("/api/v1/runs?phase=FAILED&q=user")).hasSize(10);
    }

    @Test
    void actionsAreFilteredByPhaseTaskAndParentOverHistory() {
        assertThat(all("/api/v1/runs/run100/actions?phase=FAILED")).containsExactly("a0.700", "a0.7000");
        assertThat(all("/api/v1/runs/run100/actions?phase=FAILED,SUCCEEDED&limit=500"))
                .hasSize(10_001)
                .startsWith("a0", "a0.1", "a0.2");
        assertThat(all("/api/v1/runs/run100/actions?task=bill&limit=500")).hasSize(1_000);
        assertThat(all("/api/v1/runs/run100/actions?parent=a0.1&limit=499")).hasSize(1_000);
        assertThat(all("/api/v1/runs/run100/actions?parent=a0&task=bill")).isEmpty();
        assertThat(all("/api/v1/runs/run100/actions?phase=RUNNING")).isEmpty();
    }

    @Test
    void aListTellsHowManyThereAreOnItsFirstPage() {
        JsonNode first = get("/api/v1/runs/run100/actions");
        assertThat(first.get("items")).hasSize(50);
        assertThat(first.get("total").intValue()).isEqualTo(10_001);
        JsonNode second = get(
                "/api/v1/runs/run100/actions?cursor=" + first.get("nextCursor").stringValue());
        assertThat(second.has("total")).isFalse();
        assertThat(get("/api/v1/runs/run100/actions?task=bill&limit=1")
                        .get("total")
                        .intValue())
                .isEqualTo(1_000);
        assertThat(get("/api/v1/runs?phase=RUNNING&since=1h").get("total").intValue())
                .isEqualTo(3);
        assertThat(get("/api/v1/runs").has("total")).as("more than a glance").isFalse();
        assertThat(get("/api/v1/runs?limit=5&since=9000").get("total").intValue())
                .isBetween(8_900, 9_000);
    }

    @Test
    void thePageOfARunSaysHowMuchItHides() {
        Answer page = api.get("/runs/run100");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("the first 500 of 10001, 9501 more", "./hearth get actions run100 --all");
    }

    @Test
    void whatWaitsIsFoundUnderThePhaseThatItShows() {
        String run = api.submit("ship");
        String actions = "/api/v1/runs/" + run + "/actions";
        assertThat(all(actions + "?phase=WAITING_FOR_RESOURCES")).containsExactly("a0");
        assertThat(all(actions + "?phase=QUEUED")).isEmpty();
        assertThat(get("/api/v1/runs/" + run).get("actions").toString()).isEqualTo("{\"WAITING_FOR_RESOURCES\":1}");

        api.sql().sql("""
                INSERT INTO replica (pool_id, version, ordinal, phase, slots, join_token, requested_at)
                SELECT id, 'v', 1, 'READY', 1, '', now() FROM pool WHERE identity = 'shop'""").update();
        assertThat(all(actions + "?phase=WAITING_FOR_RESOURCES")).isEmpty();
        assertThat(all(actions + "?phase=QUEUED")).containsExactly("a0");
        assertThat(get("/api/v1/runs/" + run).get("actions").toString()).isEqualTo("{\"QUEUED\":1}");
        api.sql().sql("DELETE FROM replica").update();

        assertThat(all("/api/v1/runs?phase=QUEUED&since=1h")).contains(run);
        for (String phase : List.of("RUNNING", "SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")) {
            api.sql()
                    .sql("UPDATE action SET phase = ? WHERE run = ?")
                    .params(phase, run)
                    .update();
            assertThat(all(actions + "?phase=" + phase)).as(phase).containsExactly("a0");
            assertThat(all(actions + "?phase=QUEUED")).as(phase).isEmpty();
        }
        api.sql().sql("DELETE FROM action WHERE run = ?").param(run).update();
        api.sql().sql("DELETE FROM run WHERE name = ?").param(run).update();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/runs?limit=0",
                "/api/v1/runs?limit=501",
                "/api/v1/runs?limit=ten",
                "/api/v1/runs?limit=99999999999",
                "/api/v1/runs?limit=",
                "/api/v1/runs/run100/actions?limit=-1",
            })
    void aLimitOutOfRangeIsToldItsRange(String path) {
        Answer answer = api.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/errors/0/field").stringValue()).isEqualTo("limit");
        assertThat(answer.text()).contains("1 to 500");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/runs?phase=BROKEN, phase, TIMED_OUT",
        "/api/v1/runs?phase=, phase, SUCCEEDED",
        "/api/v1/runs?phase=failed, phase, FAILED",
        "'/api/v1/runs?phase=FAILED,,QUEUED', phase, FAILED",
        "/api/v1/runs?phase=WAITING_FOR_RESOURCES, phase, QUEUED",
        "/api/v1/runs?since=yesterday, since, PT1H",
        "/api/v1/runs?since=-5m, since, 30m",
        "/api/v1/runs?since=, since, 2d",
        "/api/v1/runs?task=, task, leave it out",
        "/api/v1/runs?environment=%20, environment, leave it out",
        "/api/v1/runs?q=, q, leave it out",
        "/api/v1/runs/run100/actions?phase=WAITING, phase, WAITING_FOR_RESOURCES",
        "/api/v1/runs/run100/actions?parent=, parent, leave it out",
    })
    void aFilterThatCannotBeReadIsRefusedWithWhatIsAllowed(String path, String field, String allowed) {
        Answer answer = api.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/errors/0/field").stringValue()).isEqualTo(field);
        assertThat(answer.body().at("/errors/0/message").stringValue()).contains(allowed);
    }

    @Test
    void aCursorBelongsToItsListAndItsFilters() {
        String runs = get("/api/v1/runs?phase=SUCCEEDED").get("nextCursor").stringValue();
        String actions = get("/api/v1/runs/run100/actions").get("nextCursor").stringValue();
        assertThat(api.get("/api/v1/runs?phase=SUCCEEDED&limit=7&cursor=" + runs)
                        .status())
                .isEqualTo(200);
        for (String other : List.of(
                "/api/v1/runs?cursor=" + runs,
                "/api/v1/runs?phase=FAILED&cursor=" + runs,
                "/api/v1/runs?phase=SUCCEEDED&task=ship&cursor=" + runs,
                "/api/v1/runs?phase=SUCCEEDED&project=other&cursor=" + runs,
                "/api/v1/runs/run100/actions?cursor=" + runs,
                "/api/v1/runs/run101/actions?cursor=" + actions,
                "/api/v1/runs/run100/actions?parent=a0&cursor=" + actions,
                "/api/v1/environments?cursor=" + actions,
                "/api/v1/runs?cursor=",
                "/api/v1/runs?cursor=MTIz",
                "/api/v1/runs?cursor=%7Bx%7D")) {
            Answer answer = api.get(other);
            assertThat(answer.status()).as(other).isEqualTo(400);
            assertThat(answer.body().at("/errors/0/field").stringValue()).isEqualTo("cursor");
        }
    }

    @Test
    void listsAreServedByIndexes() {
        RunListStore store = api.server().bean(RunListStore.class);
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(plan(store.runsStatement(
                        RunFilter.read("default", null, "ship", "FAILED", "1h", "lost", now), PageQuery.first(50))))
                .contains("Index Scan using run_newest", "action_run_name_key", "run_name_idx")
                .doesNotContain("Seq Scan on run", "Seq Scan on action ");
        assertThat(plan(store.runsStatement(
                        RunFilter.read("default", "stall", null, null, null, null, now), PageQuery.first(50))))
                .contains("Index Scan using run_by_environment")
                .doesNotContain("Seq Scan on run");
        assertThat(plan(store.actionsStatement("run100", ActionFilter.read("FAILED", null, "a0"), PageQuery.first(50))))
                .contains("Index Scan using run_name_key", "action_run_name_key", "run_name_idx")
                .doesNotContain("Seq Scan on run", "Seq Scan on action ");
    }

    private static String plan(Statement statement) {
        return String.join(
                "\n",
                api.sql()
                        .sql("EXPLAIN " + statement.text())
                        .params(statement.given())
                        .query(String.class)
                        .list());
    }

    /** The names on all pages of a list; none of them twice. */
    private static List<String> all(String path) {
        List<String> names = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = get(path + cursor);
            page.get("items").forEach(item -> names.add(item.get("name").stringValue()));
            if (!page.hasNonNull("nextCursor")) {
                assertThat(new HashSet<>(names)).hasSameSizeAs(names);
                return names;
            }
            cursor = (path.contains("?") ? "&" : "?") + "cursor="
                    + page.get("nextCursor").stringValue();
        }
    }

    private static JsonNode get(String path) {
        Answer answer = api.get(path);
        assertThat(answer.status()).as(path + " " + answer.text()).isEqualTo(200);
        return answer.body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
