package dev.hearth.controlplane.scaling;

import dev.hearth.api.DecisionView;
import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.policy.PoolSnapshot;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The ledger of scaling decisions. */
@Component
final class DecisionStore {
    private static final TypeReference<Map<String, Object>> INPUTS = new TypeReference<>() {};

    record Stored(long id, DecisionView view) {}

    private final JdbcClient jdbc;
    private final JsonMapper json;

    DecisionStore(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** One row. Its inputs are the whole snapshot, so that another policy can be asked about it. */
    void record(PoolSnapshot pool, Decision decision, Instant now) {
        jdbc.sql("""
                        INSERT INTO scaling_decision (pool_id, decided_at, from_replicas, to_replicas, rule, reason, inputs)
                        VALUES (:pool, :now, :from, :to, :rule, :reason, :inputs::jsonb)""")
                .param("pool", pool.id())
                .param("now", ScalingStore.utc(now))
                .param("from", decision.from())
                .param("to", decision.to())
                .param("rule", decision.why().rule().name())
                .param("reason", decision.reason())
                .param("inputs", json.writeValueAsString(pool))
                .update();
    }

    /**
     * Decisions on all pools of an environment, newest first: the newest of each pool by scaling_decision_by_pool, merged.
     *
     * @param before only decisions with smaller ids; null = from the newest
     */
    List<Stored> newest(long environmentId, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT d.* FROM pool p
                        CROSS JOIN LATERAL (
                            SELECT * FROM scaling_decision
                            WHERE pool_id = p.id AND id < :before ORDER BY id DESC LIMIT :limit) d
                        WHERE p.environment_id = :environment
                        ORDER BY d.id DESC LIMIT :limit""")
                .param("environment", environmentId)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit)
                .query((row, n) -> new Stored(
                        row.getLong("id"),
                        new DecisionView(
                                row.getObject("decided_at", OffsetDateTime.class)
                                        .toInstant(),
                                row.getInt("from_replicas"),
                                row.getInt("to_replicas"),
                                row.getString("rule"),
                                row.getString("reason"),
                                json.readValue(row.getString("inputs"), INPUTS))))
                .list();
    }

    /** By pool_by_environment and scaling_decision_by_pool. */
    long count(long environmentId) {
        return jdbc.sql("""
                        SELECT count(*) FROM pool p JOIN scaling_decision d ON d.pool_id = p.id
                        WHERE p.environment_id = :environment""")
                .param("environment", environmentId)
                .query(Long.class)
                .single();
    }
}
