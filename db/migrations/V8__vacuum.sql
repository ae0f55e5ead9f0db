-- Rows that only come, or leave the table whole, are not vacuumed for having come: after a million submits that would read a million
-- rows and write their pages once more, while the queue is worked off. What dies in these tables is vacuumed as before.
ALTER TABLE action SET (autovacuum_vacuum_insert_threshold = -1);
ALTER TABLE run SET (autovacuum_vacuum_insert_threshold = -1);

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT inhrelid FROM pg_inherits
        WHERE inhparent IN ('action_history'::regclass, 'attempt'::regclass, 'log_chunk'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1)', part);
    END LOOP;
END
$$;

-- As before, with the setting above.
CREATE OR REPLACE FUNCTION make_history_days(first_day date, last_day date) RETURNS void
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
                    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)'
                            ' WITH (autovacuum_vacuum_insert_threshold = -1)', part, parent,
                        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
                EXCEPTION WHEN check_violation THEN
                    -- Rows of this day are in the default partition already: there they stay, and from there they go.
                END;
            END IF;
        END LOOP;
    END LOOP;
END
$$;
