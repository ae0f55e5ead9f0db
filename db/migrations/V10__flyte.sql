-- What the Flyte door has been told and the engine has no use for: specifications as the SDK declares them, runs as it calls them.

CREATE TABLE flyte_spec (
    sha256     text PRIMARY KEY,
    spec       bytea       NOT NULL,           -- flyteidl2.task.TaskSpec
    created_at timestamptz NOT NULL
);

CREATE TABLE flyte_task (
    project     text        NOT NULL,
    domain      text        NOT NULL,
    name        text        NOT NULL,
    version     text        NOT NULL,
    spec        text        NOT NULL REFERENCES flyte_spec,
    deployed_at timestamptz NOT NULL,
    PRIMARY KEY (project, domain, name, version)
);
CREATE INDEX flyte_task_newest ON flyte_task (project, domain, deployed_at DESC);

-- One row a run that came through the door.
CREATE TABLE flyte_run (
    run        text PRIMARY KEY,
    org        text        NOT NULL,
    project    text        NOT NULL,
    domain     text        NOT NULL,
    run_spec   bytea       NOT NULL,           -- flyteidl2.task.RunSpec
    created_at timestamptz NOT NULL
);
CREATE INDEX flyte_run_newest ON flyte_run (project, domain, created_at DESC);

-- Results of tasks that may be taken instead of running them again.
CREATE TABLE flyte_cache (
    project     text        NOT NULL,
    domain      text        NOT NULL,
    key         text        NOT NULL,
    run         text        NOT NULL,           -- the action whose result it is, once it has succeeded
    action      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (project, domain, key)
);
