package dev.hearth.worker.unreadable;

import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;

/** A task with an input that no JSON can become. */
public final class Drawings {
    public static final Environment ENV = Environment.named("drawings");

    public sealed interface Shape permits Circle {}

    public record Circle(double radius) implements Shape {}

    public static final Task<Shape, Integer> AREA = ENV.task("area", Shape.class, Integer.class, shape -> 1);

    private Drawings() {}
}
