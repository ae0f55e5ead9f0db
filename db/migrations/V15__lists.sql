-- Lists of runs are in the order of their start, so that a list of the last hour reads the last hour. No more indexes than before,
-- and none of them on what changes while a run goes on.
DROP INDEX run_newest;
CREATE INDEX run_newest ON run (project, created_at DESC, id DESC);
DROP INDEX run_by_environment;
CREATE INDEX run_by_environment ON run (project, environment, created_at DESC, id DESC);
