package dev.hearth.benchmarks.chaos;

/** What can go wrong. */
enum Fault {
    REPLICA_KILLED("kill -9 of a replica"),
    REPLICA_STOPPED("SIGSTOP of a replica, later SIGCONT"),
    REPLICA_CLOCK_JUMPED("clock jump of the replicas"),
    CONTROL_PLANE_KILLED("kill -9 of a control plane, later started again"),
    CONTROL_PLANE_STOPPED("SIGSTOP of a control plane, later SIGCONT"),
    POSTGRES_KILLED("kill -9 of PostgreSQL, later started again"),
    POSTGRES_RESTARTED("orderly restart of PostgreSQL"),
    STREAMS_CUT("worker streams cut"),
    STREAMS_DELAYED("worker streams delayed"),
    STREAMS_BLACK_HOLED("worker streams open, but nothing comes through"),
    DISK_FULL("blob store cannot store");

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
