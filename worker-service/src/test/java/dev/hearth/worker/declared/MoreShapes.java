package dev.hearth.worker.declared;

import dev.hearth.sdk.Task;

/** A task of an environment that another class declares. */
public final class MoreShapes {
    public static final Task<Integer, Integer> ELSEWHERE =
            Shapes.ENV.task("elsewhere", Integer.class, Integer.class, x -> x);

    private MoreShapes() {}
}
