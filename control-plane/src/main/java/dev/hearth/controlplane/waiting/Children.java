package dev.hearth.controlplane.waiting;

import java.util.List;

/**
 * The children of an action that have not ended.
 *
 * @param first the names of the first few
 */
record Children(int queued, int running, List<String> first) {
    static final Children NONE = new Children(0, 0, List.of());

    int live() {
        return queued + running;
    }
}
