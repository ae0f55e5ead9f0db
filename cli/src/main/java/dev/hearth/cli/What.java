package dev.hearth.cli;

import java.util.List;

/** What can be listed, and the columns of its table: paths into the JSON of an item. */
enum What {
    envs(
            "name",
            "state",
            "pool.state",
            "pool.replicas",
            "pool.desired",
            "pool.slots",
            "pool.busy",
            "pool.queued",
            "pool.coldAt"),
    replicas("id", "ordinal", "version", "phase", "busy", "slots", "executed", "coldStartMs", "stopsAt", "placement"),
    runs("name", "environment", "task", "phase", "error.code", "createdAt", "endedAt"),
    actions("name", "parent", "task", "phase", "error.code", "attempts", "replica", "createdAt", "endedAt"),
    decisions("at", "from", "to", "rule", "reason");

    private final List<String> columns;

    What(String... columns) {
        this.columns = List.of(columns);
    }

    List<String> columns() {
        return columns;
    }
}
