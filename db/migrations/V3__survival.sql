-- What lets executions survive: the terms under which each is tried, fair turns, parents that are tried again, counted fencing.

ALTER TABLE action
    ADD retries          smallint NOT NULL DEFAULT 0,       -- tries after failures of the task's own
    ADD backoff_ms       bigint   NOT NULL DEFAULT 1000,    -- before the first of them, then doubled
    ADD backoff_max_ms   bigint   NOT NULL DEFAULT 60000,
    ADD timeout_ms       bigint,                            -- of one attempt, null = none
    ADD queue_timeout_ms bigint,                            -- of each wait in the queue, null = none
    ADD queue_deadline   timestamptz,                       -- when this wait is over
    ADD turn             bigint   NOT NULL DEFAULT 0,       -- fair share between runs: lower goes first, see Turns
    ADD parent_attempt   int      NOT NULL DEFAULT 0;       -- number of the attempt of its parent that last asked for it

DROP INDEX action_queue;
CREATE INDEX action_queue ON action (pool_id, priority DESC, turn, id) WHERE phase = 'QUEUED';
CREATE INDEX action_queue_deadline ON action (queue_deadline) WHERE phase = 'QUEUED' AND queue_deadline IS NOT NULL;

-- The token names the attempt to which a late report belongs.
ALTER TABLE attempt
    ADD token        bigint,
    ADD stale_writes int NOT NULL DEFAULT 0;                -- writes in its name that fencing has refused

-- Each run is written three times: room in its page keeps that out of its five indexes.
ALTER TABLE run SET (fillfactor = 50);
