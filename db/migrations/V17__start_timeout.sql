-- How long a replica of this pool may take to come up, as its environment has it; null = as the server has it.
ALTER TABLE pool ADD COLUMN start_timeout_ms bigint CHECK (start_timeout_ms > 0);
