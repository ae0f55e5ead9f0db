package dev.hearth.controlplane.health;

import dev.hearth.controlplane.health.QueueFigures.OldTransaction;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with the queue, if anything. Pure.
 *
 * @param faults none = no alarm
 */
record QueueAlarm(List<Fault> faults) {
    static final QueueAlarm NONE = new QueueAlarm(List.of());

    /**
     * @param what the figure and its limit, as a sentence
     * @param remedy what a person can do, as a sentence
     */
    record Fault(String what, String remedy) {}

    static QueueAlarm of(QueueFigures figures, QueueHealthSettings limits) {
        List<Fault> faults = new ArrayList<>();
        OldTransaction oldest = figures.oldest();
        if (oldest != null && oldest.open().compareTo(limits.oldestTransaction()) > 0) {
            faults.add(new Fault(
                    ("A transaction has been open for %d s, more than the %d s that are allowed: pid %d, application '%s', user %s, %s,"
                                    + " last statement: %s.")
                            .formatted(
                                    oldest.open().toSeconds(),
                                    limits.oldestTransaction().toSeconds(),
                                    oldest.pid(),
                                    oldest.application(),
                                    oldest.user(),
                                    oldest.state(),
                                    oldest.query()),
                    "Let its program commit, or end it with SELECT pg_terminate_backend(%d).".formatted(oldest.pid())));
        }
        if (figures.deadRows() > limits.deadRows() && figures.deadRows() > limits.deadShare() * figures.liveRows()) {
            faults.add(new Fault(
                    ("The table action has %d dead rows beside %d live ones, more than the %d and %.0f %% that are"
                                    + " allowed.")
                            .formatted(
                                    figures.deadRows(),
                                    figures.liveRows(),
                                    limits.deadRows(),
                                    100 * limits.deadShare()),
                    "See that autovacuum is on and that no old transaction holds it up; VACUUM action helps at once."));
        }
        if (figures.notifications() > limits.notifications()) {
            faults.add(new Fault(
                    ("PostgreSQL's queue of notifications is %.0f %% full, more than the %.0f %% that are allowed; when it is full,"
                                    + " commits that notify fail.")
                            .formatted(100 * figures.notifications(), 100 * limits.notifications()),
                    "Look for a session that listens inside a transaction that it does not end."));
        }
        return new QueueAlarm(List.copyOf(faults));
    }

    boolean isOn() {
        return !faults.isEmpty();
    }

    /** All faults with their remedies. */
    String text() {
        return String.join(
                " ",
                faults.stream()
                        .map(fault -> fault.what() + " " + fault.remedy())
                        .toList());
    }
}
