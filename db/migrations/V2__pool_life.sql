-- What the life of a pool needs beyond the engine: levers, guard rails, measured pace, and several control planes.

-- Guard rails are bounds: a deployment that changes only them keeps the warm replicas. Null = no such mark.
ALTER TABLE pool
    ADD recycle_executions bigint CHECK (recycle_executions >= 1),
    ADD recycle_age_ms     bigint CHECK (recycle_age_ms > 0),
    ADD recycle_heap_bytes bigint CHECK (recycle_heap_bytes > 0),
    ADD recycle_rss_bytes  bigint CHECK (recycle_rss_bytes > 0),
    ADD warm_asked         boolean NOT NULL DEFAULT false,              -- somebody asked for a warm pool; cleared by the decision
    ADD version_id         bigint REFERENCES environment_version;      -- a pool of calls that override resources: their version

-- Pools that are to be warmed are looked at like those that have replicas.
CREATE INDEX pool_warm_asked ON pool (id) WHERE warm_asked;

-- Written with heartbeats and reports, never indexed: the updates stay HOT.
ALTER TABLE replica
    ADD service_ms double precision,            -- recent mean time that an execution runs here, null = none yet
    ADD heap_bytes bigint NOT NULL DEFAULT 0,   -- live heap after the last collection; 0 = not known
    ADD rss_bytes  bigint NOT NULL DEFAULT 0;   -- resident memory of the process; 0 = not known

-- The rule that decided, by the name that the code has for it.
ALTER TABLE scaling_decision ADD rule text NOT NULL DEFAULT 'UNNAMED';

-- Control planes that share this database, each renewed every second by the database's clock.
CREATE TABLE control_plane (
    owner           text        PRIMARY KEY,        -- data folder: the name under which it owns replicas
    worker_endpoint text        NOT NULL,           -- where replicas reach it, host:port
    started_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Work that is done once per interval, whichever control plane comes first.
CREATE TABLE turn (
    name     text        PRIMARY KEY,
    taken_at timestamptz NOT NULL
) WITH (fillfactor = 50);
INSERT INTO turn (name, taken_at) VALUES ('scaling', 'epoch');

-- What arrived in a window of time, for what-if. Costs a submit next to nothing: one entry for each range of pages.
CREATE INDEX action_created ON action USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
