package dev.hearth.sdk;

import org.jspecify.annotations.Nullable;

/** The code of a task. May throw anything: what it throws fails the action. */
@FunctionalInterface
public interface TaskFunction<I extends @Nullable Object, O> {
    O run(I input) throws Exception;
}
