-- What is over leaves the tables that are written all the time, and goes by the day when it is old.

-- Rows of the first are moved here some minutes after their run has ended; the others are written once and stay.
-- DEFAULT partitions catch what comes when its day has not been made.
CREATE TABLE action_history (
    LIKE action INCLUDING DEFAULTS,
    run_ended_at timestamptz NOT NULL
) PARTITION BY RANGE (run_ended_at);
CREATE INDEX action_history_by_name ON action_history (run, name);
CREATE INDEX action_history_created ON action_history USING brin (created_at);
CREATE TABLE action_history_rest PARTITION OF action_history DEFAULT;

-- All runs that ended before it have been moved. One row, locked by the control plane that moves.
CREATE TABLE history (
    moved_until timestamptz NOT NULL
);
INSERT INTO history VALUES ('-infinity');
-- A summary, not a tree: it leaves the updates of run within their pages.
CREATE INDEX run_ended ON run USING brin (ended_at) WITH (pages_per_range = 16, autosummarize = on);

-- Of both, wherever they stand; columns added to one table are to be added to the other and here.
CREATE VIEW recorded_action AS
    SELECT *, 'infinity'::timestamptz AS run_ended_at FROM action
    UNION ALL
    SELECT * FROM action_history;

-- The same for one run: one index range here, and one in the day of the run's end.
CREATE FUNCTION recorded_actions(of_run text, run_end timestamptz) RETURNS SETOF recorded_action
    LANGUAGE sql STABLE
AS $$
    SELECT a.*, 'infinity'::timestamptz FROM action a WHERE a.run = of_run
    UNION ALL
    SELECT h.* FROM action_history h WHERE h.run = of_run AND h.run_ended_at = run_end
$$;

ALTER TABLE attempt RENAME TO attempt_before;
CREATE TABLE attempt (
    LIKE attempt_before INCLUDING DEFAULTS,
    PRIMARY KEY (action_id, number, committed_at)
) PARTITION BY RANGE (committed_at);
CREATE TABLE attempt_rest PARTITION OF attempt DEFAULT;

ALTER TABLE log_chunk RENAME TO log_chunk_before;
CREATE SEQUENCE log_chunk_number;
CREATE TABLE log_chunk (
    LIKE log_chunk_before,
    PRIMARY KEY (action_id, id, written_at)
) PARTITION BY RANGE (written_at);
ALTER TABLE log_chunk ALTER id SET DEFAULT nextval('log_chunk_number');
CREATE TABLE log_chunk_rest PARTITION OF log_chunk DEFAULT;

-- Makes the partitions of these days (UTC) that are missing.
CREATE FUNCTION make_history_days(first_day date, last_day date) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    parent text;
    day    date;
    part   text;
BEGIN
    FOREACH parent IN ARRAY ARRAY ['action_history', 'attempt', 'log_chunk'] LOOP
        FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
            part := parent || to_char(day, '_YYYYMMDD');
            IF to_regclass(quote_ident(part)) IS NULL THEN
                BEGIN
                    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
                        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
                EXCEPTION WHEN check_violation THEN
                    -- Rows of this day are in the default partition already: there they stay, and from there they go.
                END;
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- Drops the partitions of the days before this one, and such rows of the default partitions; answers how many partitions.
CREATE FUNCTION drop_history_days(before date) RETURNS int
    LANGUAGE plpgsql
AS $$
DECLARE
    part    text;
    dropped int := 0;
    bound   timestamptz := before::timestamp AT TIME ZONE 'UTC';
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent IN ('action_history'::regclass, 'attempt'::regclass, 'log_chunk'::regclass)
          AND c.relname ~ '_\d{8}$' AND to_date(right(c.relname, 8), 'YYYYMMDD') < before
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM action_history_rest WHERE run_ended_at < bound;
    DELETE FROM attempt_rest WHERE committed_at < bound;
    DELETE FROM log_chunk_rest WHERE written_at < bound;
    RETURN dropped;
END
$$;

SELECT make_history_days(
    least((SELECT min(committed_at) FROM attempt_before), (SELECT min(written_at) FROM log_chunk_before), now())::date - 1,
    now()::date + 3);
INSERT INTO attempt SELECT * FROM attempt_before;
INSERT INTO log_chunk SELECT * FROM log_chunk_before;
SELECT setval('log_chunk_number', (SELECT coalesce(max(id), 0) + 1 FROM log_chunk_before));
DROP TABLE attempt_before, log_chunk_before;
