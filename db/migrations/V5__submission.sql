-- Runs that are asked for inside a transaction of somebody else on this database: one row each, from their commit until a
-- control plane has made the run of it, a few milliseconds later.
CREATE TABLE submission (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run             text        NOT NULL UNIQUE,    -- the name that the run will have
    project         text        NOT NULL,
    environment     text        NOT NULL,
    task            text        NOT NULL,
    version_id      bigint      NOT NULL,           -- active when it was asked for; the one that the run begins with if there is
    input           jsonb       NOT NULL,           -- no active one with this task any more
    size            int         NOT NULL,           -- bytes of the input, so that a batch can be bounded without reading it
    idempotency_key text,
    created_at      timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Asks for a run and answers its name. Nothing happens before the caller's commit, and nothing remains of a rollback. With a key
-- the name follows from project and key (RunNames does the same), so that whoever repeats a key, in whatever transaction or over
-- REST, means the same run.
--
-- It runs with the rights of its owner: a role that may EXECUTE it needs no others, and sees no table of Hearth.
CREATE FUNCTION hearth_submit(
    project         text,
    environment     text,
    task            text,
    input           jsonb DEFAULT 'null',
    idempotency_key text  DEFAULT NULL
) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
    alphabet CONSTANT text := 'abcdefghijklmnopqrstuvwxyz234567';
    largest  CONSTANT int  := 16 * 1024 * 1024;
    deployed record;
    value    jsonb := coalesce(hearth_submit.input, 'null');
    length   int   := octet_length(value::text);
    digest   bytea;
    name     text;
BEGIN
    IF coalesce(hearth_submit.project, '') = '' OR coalesce(hearth_submit.environment, '') = ''
        OR coalesce(hearth_submit.task, '') = '' THEN
        RAISE EXCEPTION 'project, environment and task are required: names, not blank' USING ERRCODE = '22023';
    END IF;
    IF hearth_submit.idempotency_key IS NOT NULL AND (
        btrim(hearth_submit.idempotency_key) = '' OR char_length(hearth_submit.idempotency_key) > 200
        OR hearth_submit.idempotency_key ~ '[\u0001-\u001f\u007f-\u009f]') THEN
        RAISE EXCEPTION 'idempotency_key must be 1 to 200 characters without control characters'
            USING ERRCODE = '22023';
    END IF;
    IF length > largest THEN
        RAISE EXCEPTION 'input is % bytes long, at most % are allowed; store it elsewhere and submit where it is',
            length, largest USING ERRCODE = '22023';
    END IF;

    -- One row, by the unique index on (project, name).
    SELECT e.state, v.id, (SELECT string_agg(t ->> 'name', ', ' ORDER BY t ->> 'name') FROM jsonb_array_elements(v.tasks) t)
               AS tasks,
           EXISTS (SELECT FROM jsonb_array_elements(v.tasks) t WHERE t ->> 'name' = hearth_submit.task) AS has_task
    INTO deployed
    FROM environment e JOIN environment_version v ON v.id = e.active_version_id
    WHERE e.project = hearth_submit.project AND e.name = hearth_submit.environment;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no environment ''%'' in project ''%''; deploy it first',
            hearth_submit.environment, hearth_submit.project USING ERRCODE = '22023';
    END IF;
    IF deployed.state = 'RETIRED' THEN
        RAISE EXCEPTION 'Environment % is retired; deploy it to run its tasks', hearth_submit.environment
            USING ERRCODE = '22023';
    END IF;
    IF NOT deployed.has_task THEN
        RAISE EXCEPTION '''%'' is no task of environment %; its tasks are %',
            hearth_submit.task, hearth_submit.environment, deployed.tasks USING ERRCODE = '22023';
    END IF;

    IF hearth_submit.idempotency_key IS NULL THEN
        digest := sha256(uuid_send(gen_random_uuid()));
    ELSE
        -- A run that has the key may be older than this rule of names.
        SELECT r.name INTO name FROM run r
        WHERE r.project = hearth_submit.project AND r.idempotency_key = hearth_submit.idempotency_key;
        IF FOUND THEN
            RETURN name;
        END IF;
        digest := sha256(convert_to(hearth_submit.project || E'\n' || hearth_submit.idempotency_key, 'UTF8'));
    END IF;
    SELECT 'r' || string_agg(substr(alphabet, (get_byte(digest, place) & 31) + 1, 1), '' ORDER BY place) INTO name
    FROM generate_series(0, 13) place;

    INSERT INTO submission (run, project, environment, task, version_id, input, size, idempotency_key, created_at)
    VALUES (name, hearth_submit.project, hearth_submit.environment, hearth_submit.task, deployed.id, value, length,
            hearth_submit.idempotency_key, now())
    ON CONFLICT (run) DO NOTHING;
    -- Sent with the caller's commit. A control plane that does not hear it looks by itself within a second.
    PERFORM pg_notify('hearth_submission', '');
    RETURN name;
END
$$;
REVOKE ALL ON FUNCTION hearth_submit FROM PUBLIC;
