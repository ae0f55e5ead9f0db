package dev.hearth.worker.declared;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An environment, and the inputs of its tasks. */
public final class Shapes {
    public static final Environment ENV = Environment.named("shapes");

    public enum Colour {
        @JsonProperty("dark-red")
        RED,
        BLUE
    }

    public record Point(int x, int y) {}

    public record Drawing(
            @JsonProperty("the_name") @Nullable String name,
            @Nullable Colour colour,
            @Nullable List<Point> points,
            double scale) {}

    public static final Task<Drawing, Integer> COUNT = ENV.task(
            "count",
            Drawing.class,
            Integer.class,
            in -> in.points() == null ? 0 : in.points().size());

    public record Loose(
            @Nullable Map<String, Integer> sizes,
            @Nullable Object anything,
            @Nullable JsonNode tree) {}

    public static final Task<Loose, Integer> LOOSE = ENV.task("loose", Loose.class, Integer.class, in -> 1);

    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    public static final Task<Map, Integer> SIZE = ENV.task("size", Map.class, Integer.class, Map::size);

    public static final Task<@Nullable Void, String> NOTHING = ENV.task("nothing", String.class, () -> "nothing");

    private Shapes() {}
}
