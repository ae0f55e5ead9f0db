-- What was asked for under an idempotency key: SHA-256 of the text of its input as jsonb, which leaves out white space and the order of
-- fields, and of its overrides. Null without a key, and for what an earlier version stored.
ALTER TABLE run
    ADD COLUMN asked_input     bytea,
    ADD COLUMN asked_overrides bytea;
ALTER TABLE submission ADD COLUMN asked_input bytea;

-- run.WrittenForm does the same. What jsonb cannot hold is compared as it is written.
CREATE FUNCTION hearth_asked(input text) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN sha256(convert_to(input::jsonb::text, 'UTF8'));
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN sha256(convert_to(input, 'UTF8'));
END
$$;
REVOKE ALL ON FUNCTION hearth_asked FROM PUBLIC;

CREATE FUNCTION hearth_require_same(
    idempotency_key text, run text, environment boolean, task boolean, input boolean, overrides boolean
) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    differences text := concat_ws(' and another ',
        CASE WHEN environment THEN 'environment' END, CASE WHEN task THEN 'task' END,
        CASE WHEN input THEN 'input' END, CASE WHEN overrides THEN 'overrides' END);
BEGIN
    IF differences <> '' THEN
        RAISE EXCEPTION 'idempotency_key ''%'' belongs to run %, which was asked for with another %; take another key',
            idempotency_key, run, differences USING ERRCODE = '22023';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION hearth_require_same FROM PUBLIC;

-- As before, and a key that was given for something else is refused.
CREATE OR REPLACE FUNCTION hearth_submit(
    project         text,
    environment     text,
    task            text,
    input           anycompatible DEFAULT 'null'::text,
    idempotency_key text DEFAULT NULL
) RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
    alphabet CONSTANT text := 'abcdefghijklmnopqrstuvwxyz234567';
    largest  CONSTANT int  := 16 * 1024 * 1024;
    deployed record;
    value    text  := coalesce(hearth_submit.input::text, 'null');
    length   int   := octet_length(value);
    digest   bytea;
    wanted   text;
    asked    bytea;
    known    record;
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

    PERFORM value::json;    -- refuses what is no JSON

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
        asked := hearth_asked(value);
        -- A run that has the key may be older than this rule of names.
        SELECT r.name AS run, r.environment, r.task, r.asked_input, r.asked_overrides INTO known FROM run r
        WHERE r.project = hearth_submit.project AND r.idempotency_key = hearth_submit.idempotency_key;
        IF FOUND THEN
            PERFORM hearth_require_same(hearth_submit.idempotency_key, known.run,
                known.environment <> hearth_submit.environment, known.task <> hearth_submit.task,
                known.asked_input <> asked, known.asked_input IS NOT NULL AND known.asked_overrides IS NOT NULL);
            RETURN known.run;
        END IF;
        digest := sha256(convert_to(hearth_submit.project || E'\n' || hearth_submit.idempotency_key, 'UTF8'));
    END IF;
    SELECT 'r' || string_agg(substr(alphabet, (get_byte(digest, place) & 31) + 1, 1), '' ORDER BY place) INTO wanted
    FROM generate_series(0, 13) place;

    INSERT INTO submission (run, project, environment, task, version_id, input, size, idempotency_key, asked_input, created_at)
    VALUES (wanted, hearth_submit.project, hearth_submit.environment, hearth_submit.task, deployed.id, value, length,
            hearth_submit.idempotency_key, asked, now())
    ON CONFLICT (run) DO NOTHING;
    IF NOT FOUND THEN
        -- Asked for just now: the row is there, or has become a run.
        SELECT s.run, s.environment, s.task, s.asked_input INTO known FROM submission s WHERE s.run = wanted;
        IF NOT FOUND THEN
            SELECT r.name AS run, r.environment, r.task, r.asked_input INTO known FROM run r WHERE r.name = wanted;
        END IF;
        PERFORM hearth_require_same(hearth_submit.idempotency_key, known.run,
            known.environment <> hearth_submit.environment, known.task <> hearth_submit.task,
            known.asked_input <> asked, false);
    END IF;
    -- Sent with the caller's commit. A control plane that does not hear it looks by itself within a second.
    PERFORM pg_notify('hearth_submission', '');
    RETURN wanted;
END
$$;
