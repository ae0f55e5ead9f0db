-- A pool is as idle as the last of its work, also where that ran on a replica that has gone since.
CREATE INDEX replica_gone ON replica (pool_id, ended_at) WHERE ended_at IS NOT NULL;

-- Executions that were told to stop and have not: no row says any more that they run, but they hold their slots.
ALTER TABLE replica ADD stopping int NOT NULL DEFAULT 0;
