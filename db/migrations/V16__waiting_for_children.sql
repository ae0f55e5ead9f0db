-- How long attempts waited for their children, and a timeout that leaves that time out.
ALTER TABLE attempt ADD waited_for_children_ms bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN action.timeout_ms IS
    'of one attempt, null = none; below zero: without the time in which it waits for its children';
