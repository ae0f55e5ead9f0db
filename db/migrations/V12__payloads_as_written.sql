-- Inputs of submissions are texts: jsonb would change their digits, escapes, spaces and order.
ALTER TABLE submission ALTER COLUMN input TYPE text;

-- As before, and it takes its input as it is written, be it text, json or jsonb (which PostgreSQL has rewritten already). One function
-- for all of them, so that GRANT finds it by its name. Whoever may call it may do so still.
CREATE TEMPORARY TABLE hearth_submit_grants ON COMMIT DROP AS
    SELECT pg_get_userbyid(g.grantee) AS role, g.grantee = 0 AS everybody, g.is_grantable
    FROM pg_proc p, aclexplode(p.proacl) g
    WHERE p.oid = '"${flyway:defaultSchema}".hearth_submit(text, text, text, jsonb, text)'::regprocedure
      AND g.grantee <> p.proowner;

DROP FUNCTION hearth_submit(text, text, text, jsonb, text);

CREATE FUNCTION hearth_submit(
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

DO $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT * FROM hearth_submit_grants LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION hearth_submit TO %s %s',
            CASE WHEN held.everybody THEN 'PUBLIC' ELSE quote_ident(held.role) END,
            CASE WHEN held.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END);
    END LOOP;
END
$$;
