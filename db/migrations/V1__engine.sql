-- The engine's tables. Words are the glossary's; times are UTC; phases are the names that the API shows.

CREATE TABLE bundle (
    sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size       bigint      NOT NULL,
    declared   jsonb       NOT NULL,           -- environments and tasks that the jar declares
    created_at timestamptz NOT NULL
);

CREATE TABLE environment (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project           text        NOT NULL,
    name              text        NOT NULL,
    state             text        NOT NULL CHECK (state IN ('ACTIVE', 'PAUSED', 'RETIRED')),
    active_version_id bigint,                  -- set in the transaction that inserts the environment
    created_at        timestamptz NOT NULL,
    UNIQUE (project, name)
);

-- A pool is the set of replicas that share one identity: what a process cannot change while it lives. Bounds and TTLs
-- are not part of it: a deployment that changes only those updates them here and the warm replicas stay.
CREATE TABLE pool (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    identity         text        NOT NULL UNIQUE,   -- hash, see PoolIdentity
    environment_id   bigint      NOT NULL REFERENCES environment,
    environment      text        NOT NULL,          -- name, for assignments
    run              text,                          -- the run that owns it (scope run), else null
    image            text        NOT NULL,
    bundle           text        REFERENCES bundle,
    resources        jsonb       NOT NULL,
    env              jsonb       NOT NULL,
    single_use       boolean     NOT NULL,          -- no reuse policy: one execution per replica
    concurrency      int         NOT NULL CHECK (concurrency >= 1),
    replicas_min     int         NOT NULL CHECK (replicas_min >= 0),
    replicas_max     int         NOT NULL CHECK (replicas_max >= 1 AND replicas_max >= replicas_min),
    scaledown_ttl_ms bigint      NOT NULL CHECK (scaledown_ttl_ms > 0),
    idle_ttl_ms      bigint      CHECK (idle_ttl_ms > 0),   -- null = always on
    draining         boolean     NOT NULL DEFAULT false,    -- no version that takes new runs uses it
    state            text        NOT NULL DEFAULT 'COLD' CHECK (state IN ('COLD', 'WARMING', 'WARM')),
    desired          int         NOT NULL DEFAULT 0,
    active_at        timestamptz,                   -- last time that demand was seen
    scaled_down_at   timestamptz,                   -- last time that one replica was let go for scaledown_ttl
    created_at       timestamptz NOT NULL
);
-- Evaluated each second: pools that have replicas, demand or an owner that may have ended.
CREATE INDEX pool_warm ON pool (id) WHERE state <> 'COLD';
CREATE INDEX pool_always_on ON pool (id)
    WHERE idle_ttl_ms IS NULL AND NOT draining AND run IS NULL AND state = 'COLD' AND replicas_min > 0;
CREATE INDEX pool_by_environment ON pool (environment_id);

CREATE TABLE environment_version (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id bigint      NOT NULL REFERENCES environment,
    version        text        NOT NULL,            -- hash of spec and code
    state          text        NOT NULL CHECK (state IN ('ACTIVE', 'DRAINING', 'RETIRED')),
    spec           jsonb       NOT NULL,
    tasks          jsonb       NOT NULL,            -- [{name, inputSchema, outputSchema}]
    pool_id        bigint      REFERENCES pool,     -- null for scope run: each run has its own
    deployed_at    timestamptz NOT NULL,
    UNIQUE (environment_id, version)
);
-- Looked at each second: versions that may have finished their work.
CREATE INDEX version_draining ON environment_version (id) WHERE state = 'DRAINING';
ALTER TABLE environment ADD FOREIGN KEY (active_version_id) REFERENCES environment_version;

-- Heartbeats and counters are written each second or batch: none of their columns is indexed, so the updates stay HOT.
CREATE TABLE replica (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pool_id       bigint      NOT NULL REFERENCES pool,
    version       text        NOT NULL,
    ordinal       int         NOT NULL CHECK (ordinal >= 1),
    phase         text        NOT NULL
        CHECK (phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING', 'STOPPED', 'LOST', 'FAILED')),
    slots         int         NOT NULL,
    join_token    text        NOT NULL,             -- SHA-256 of the token in the replica's environment
    requested_at  timestamptz NOT NULL,
    started_at    timestamptz,
    ready_at      timestamptz,
    seen_at       timestamptz,                      -- last sign of life, the database's clock
    last_busy_at  timestamptz,                      -- end of its last attempt
    draining_at   timestamptz,
    ended_at      timestamptz,
    executed      bigint      NOT NULL DEFAULT 0,   -- attempts that have ended in it
    placement     jsonb,                            -- where it runs, written and read by its provisioner
    end_reason    text
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX replica_ordinal ON replica (pool_id, ordinal)
    WHERE phase IN ('REQUESTED', 'STARTING', 'READY', 'DRAINING');
CREATE INDEX replica_by_pool ON replica (pool_id, id DESC);

CREATE TABLE scaling_decision (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pool_id       bigint      NOT NULL REFERENCES pool,
    decided_at    timestamptz NOT NULL,
    from_replicas int         NOT NULL,
    to_replicas   int         NOT NULL,
    reason        text        NOT NULL,
    inputs        jsonb       NOT NULL
);
CREATE INDEX scaling_decision_by_pool ON scaling_decision (pool_id, id DESC);

CREATE TABLE run (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text        NOT NULL UNIQUE,
    project         text        NOT NULL,
    environment     text        NOT NULL,
    version_id      bigint      NOT NULL REFERENCES environment_version,
    version         text        NOT NULL,
    task            text        NOT NULL,
    phase           text        NOT NULL,           -- of the root action, set when it ends; until then QUEUED or RUNNING
    idempotency_key text,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    UNIQUE (project, idempotency_key)
);
CREATE INDEX run_newest ON run (project, id DESC);
CREATE INDEX run_by_environment ON run (project, environment, id DESC);

-- One row an action; the queue is the partial index. No foreign keys: each would cost a look-up and a row lock per action.
CREATE TABLE action (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run             text        NOT NULL,
    name            text        NOT NULL,           -- a0 = the root
    parent          text,                           -- name of the action that called it
    environment     text        NOT NULL,
    version_id      bigint      NOT NULL,
    task            text        NOT NULL,
    pool_id         bigint      NOT NULL,
    phase           text        NOT NULL
        CHECK (phase IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT')),
    priority        smallint    NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    available_at    timestamptz NOT NULL,           -- not before; later than created_at after a retry
    attempt         int         NOT NULL DEFAULT 0, -- number of the current or last attempt
    token           bigint,                         -- of the running attempt; whatever carries another changes nothing
    replica_id      bigint,
    dispatched_at   timestamptz,
    parked          boolean     NOT NULL DEFAULT false,
    user_failures   smallint    NOT NULL DEFAULT 0,
    system_failures smallint    NOT NULL DEFAULT 0,
    ended_at        timestamptz,
    input           bytea,
    input_type      text        NOT NULL,
    input_blob      text,                           -- SHA-256 in the blob store, when too large to stand here
    output          bytea,
    output_type     text,
    output_blob     text,
    error_code      text,
    error_message   text,
    error_details   text,
    UNIQUE (run, name)
) WITH (fillfactor = 80);
CREATE INDEX action_queue ON action (pool_id, priority DESC, id) WHERE phase = 'QUEUED';
CREATE INDEX action_running ON action (replica_id) WHERE phase = 'RUNNING';

-- One row an attempt, written with its report and never changed.
CREATE TABLE attempt (
    action_id       bigint      NOT NULL,
    number          int         NOT NULL,
    phase           text        NOT NULL,           -- how this attempt ended
    replica_id      bigint,
    queued_at       timestamptz NOT NULL,
    dispatched_at   timestamptz,
    acknowledged_at timestamptz,
    started_at      timestamptz,
    ended_at        timestamptz,
    committed_at    timestamptz NOT NULL,
    cold_start_ms   bigint      NOT NULL DEFAULT 0, -- part of the wait during which its replica came up
    reused          boolean     NOT NULL DEFAULT false,
    replica_age_ms  bigint      NOT NULL DEFAULT 0,
    served_before   bigint      NOT NULL DEFAULT 0,
    error_code      text,
    error_message   text,
    error_details   text,
    PRIMARY KEY (action_id, number)
);

CREATE TABLE log_chunk (
    action_id  bigint      NOT NULL,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    attempt    int         NOT NULL,
    written_at timestamptz NOT NULL,
    lines      text        NOT NULL,                -- whole lines, each ended by a line feed
    PRIMARY KEY (action_id, id)
);
