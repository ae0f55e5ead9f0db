package dev.hearth.worker.echoed;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hearth.api.RawJson;
import dev.hearth.model.ReusePolicy;
import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Json;
import dev.hearth.sdk.Task;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.annotation.JsonSerialize;

/** For each of many types a task that answers its input, and values of the type. */
public final class AllTypes {
    public static final Environment ENV =
            Environment.named("all-types").reuse(ReusePolicy.replicas(1).concurrency(50));

    /** A type, the task that echoes it, and values. */
    public record Sample<T>(Task<T, T> task, List<T> values) {}

    public static final List<Sample<?>> SAMPLES = new ArrayList<>();

    public enum Colour {
        @JsonProperty("dark-red")
        RED,
        BLUE
    }

    public enum Level {
        LOW(1),
        HIGH(9);

        private final int rank;

        Level(int rank) {
            this.rank = rank;
        }

        @JsonValue
        public int rank() {
            return rank;
        }
    }

    public enum Op {
        PLUS {
            @Override
            public String toString() {
                return "+";
            }
        },
        MINUS
    }

    public enum Renamed {
        @JsonAlias("uno")
        ONE,
        TWO
    }

    public record Point(int x, int y) {}

    public record Rec(int x) {
        public boolean isBig() {
            return x > 10;
        }

        public String getLabel() {
            return "x" + x;
        }
    }

    public record Name(@JsonValue String value) {}

    public record Box<T>(T content, List<T> more) {}

    public record Boxes(Box<Point> points, Box<Integer> numbers) {}

    public record Tree(
            String name, List<Tree> branches, @Nullable Tree parent) {}

    public record Nested(Point point, List<Point> points, Map<String, Point> named, Point[] array) {}

    public record Maybe(Optional<String> text, OptionalInt number, Optional<Point> point) {}

    public record Dates(
            LocalDate date,
            @JsonFormat(shape = JsonFormat.Shape.NUMBER) Instant at,
            @JsonFormat(pattern = "dd.MM.yyyy") LocalDate german,
            Duration length) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Snake(int longName, @Nullable String otherName) {}

    public record Access(
            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY) @Nullable
            String secret,

            int x) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Access access && access.x == x;
        }

        @Override
        public int hashCode() {
            return x;
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sparse(@Nullable String text, @Nullable Integer number) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tolerant(int x) {}

    public record Aliased(@JsonAlias("y") int x) {}

    public record Doubles(double d, float f, Double boxed, double[] many) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Doubles all && isAlike(this, all);
        }

        @Override
        public int hashCode() {
            return Double.hashCode(d);
        }

        private static boolean isAlike(Object one, Object other) {
            return java.util.Arrays.equals(Json.write(one), Json.write(other));
        }
    }

    public record Keys(
            Map<Integer, String> numbers,
            EnumMap<Colour, Integer> colours,
            Map<UUID, Long> ids,
            SortedMap<String, Integer> sorted) {}

    public record Sets(Set<Integer> numbers, Set<Colour> colours) {}

    public record Anything(
            @Nullable Object any,
            @Nullable JsonNode tree,
            RawJson raw,
            @Nullable Number number) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Square.class, name = "square")
    })
    public sealed interface Shape permits Circle, Square {}

    public record Circle(double radius) implements Shape {}

    public record Square(int side) implements Shape {}

    public record Drawing(List<Shape> shapes, Shape main) {}

    public interface Held {}

    public record Thing(int x) implements Held {}

    public record Holder(
            @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Held held) {}

    public record Outer(@JsonUnwrapped Point point, String name) {}

    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    public record Row(int a, String b) {}

    @JsonSerialize(using = Money.Writing.class)
    @JsonDeserialize(using = Money.Reading.class)
    public record Money(long cents) {
        static final class Writing extends ValueSerializer<Money> {
            @Override
            public void serialize(Money value, JsonGenerator json, SerializationContext context) {
                json.writeString(value.cents + " ct");
            }
        }

        static final class Reading extends ValueDeserializer<Money> {
            @Override
            public Money deserialize(JsonParser json, DeserializationContext context) {
                return new Money(Long.parseLong(json.getString().replace(" ct", "")));
            }
        }
    }

    public record Order(Money price, Map<String, Money> parts) {}

    public static final class Bean {
        private int number;
        private @Nullable String text;
        public @Nullable List<String> lines;

        public int getNumber() {
            return number;
        }

        public void setNumber(int number) {
            this.number = number;
        }

        public @Nullable String getText() {
            return text;
        }

        public void setText(@Nullable String text) {
            this.text = text;
        }

        public int getTwice() {
            return 2 * number;
        }

        @JsonIgnore
        public String getHidden() {
            return "hidden";
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bean bean
                    && bean.number == number
                    && Objects.equals(bean.text, text)
                    && Objects.equals(bean.lines, lines);
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    public static final class Bag {
        private final Map<String, Object> others = new TreeMap<>();

        @JsonAnyGetter
        public Map<String, Object> others() {
            return others;
        }

        @JsonAnySetter
        public void set(String name, Object value) {
            others.put(name, value);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bag bag && bag.others.equals(others);
        }

        @Override
        public int hashCode() {
            return others.hashCode();
        }
    }

    public static final class Made {
        private final String code;

        private Made(String code) {
            this.code = code;
        }

        @JsonCreator
        public static Made of(@JsonProperty("code") String code) {
            return new Made(code);
        }

        public String getCode() {
            return code;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Made made && made.code.equals(code);
        }

        @Override
        public int hashCode() {
            return code.hashCode();
        }
    }

    static {
        echo(String.class, "", "\u00e9 \uD83D\uDD25 \u0000 \" \\");
        echo(Integer.class, 0, Integer.MIN_VALUE);
        echo(Long.class, Long.MAX_VALUE);
        echo(Short.class, (short) 7);
        echo(Byte.class, (byte) -7);
        echo(Boolean.class, true);
        echo(Character.class, 'x');
        echo(Double.class, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, -0.0, 1e300);
        echo(Float.class, 0.1f, Float.POSITIVE_INFINITY);
        echo(BigInteger.class, new BigInteger("9".repeat(300)));
        echo(BigDecimal.class, new BigDecimal("1.10"), new BigDecimal("1E+2"), new BigDecimal("1E-999999999"));
        echo(AtomicInteger.class, new AtomicInteger(3));
        echo(AtomicLong.class, new AtomicLong(3));
        echo(AtomicBoolean.class, new AtomicBoolean(true));
        echo(byte[].class, new byte[0], new byte[] {1, 2, -3});
        echo(char[].class, "chars".toCharArray());
        echo(int[].class, new int[] {1, 2});
        echo(double[].class, new double[] {1.5, Double.NaN});
        echo(boolean[].class, new boolean[] {true});
        echo(String[].class, new String[] {"a", null});
        echo(int[][].class, new int[][] {{1}, {}});
        echo(byte[][].class, new byte[][] {{1}, {}});
        echo(Point[].class, new Point[] {new Point(1, 2), null});
        echo(UUID.class, UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        echo(URI.class, URI.create("http://a.example/?q=1"));
        echo(Path.class, Path.of("/tmp/x y"));
        echo(File.class, new File("/tmp/x"));
        echo(Locale.class, Locale.GERMANY, Locale.ROOT);
        echo(Currency.class, Currency.getInstance("EUR"));
        echo(Charset.class, StandardCharsets.UTF_8);
        echo(TimeZone.class, TimeZone.getTimeZone("Europe/Berlin"));
        echo(Pattern.class, Pattern.compile("a+b"));
        echo(Instant.class, Instant.EPOCH, Instant.parse("2026-12-01T00:00:00.123456789Z"));
        echo(LocalDate.class, LocalDate.of(2026, 12, 1));
        echo(LocalTime.class, LocalTime.of(1, 2, 3, 4));
        echo(LocalDateTime.class, LocalDateTime.of(2026, 12, 1, 1, 2));
        echo(OffsetDateTime.class, OffsetDateTime.of(2026, 12, 1, 1, 2, 3, 4, ZoneOffset.ofHours(2)));
        echo(OffsetTime.class, OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(2)));
        echo(ZonedDateTime.class, ZonedDateTime.of(2026, 12, 1, 1, 2, 3, 4, ZoneId.of("Europe/Berlin")));
        echo(Duration.class, Duration.ofMillis(1234), Duration.ofSeconds(-1));
        echo(Period.class, Period.ofMonths(3));
        echo(Year.class, Year.of(2026));
        echo(YearMonth.class, YearMonth.of(2026, 12));
        echo(MonthDay.class, MonthDay.of(2, 29));
        echo(Month.class, Month.MAY);
        echo(DayOfWeek.class, DayOfWeek.FRIDAY);
        echo(ZoneId.class, ZoneId.of("Europe/Berlin"));
        echo(ZoneOffset.class, ZoneOffset.ofHours(-3));
        echo(Date.class, new Date(5));
        echo(StringBuilder.class, new StringBuilder("x"));
        echo(ByteBuffer.class, ByteBuffer.wrap(new byte[] {1, 2}));
        echo(Class.class, String.class);
        echo(AtomicReference.class, new AtomicReference<>("x"));
        echo(Properties.class, new Properties());
        echo(Number.class, 3, new BigDecimal("1.50"));
        echo(Collection.class, List.of("a"));
        echo(LinkedHashMap.class, new LinkedHashMap<>(Map.of("a", List.of(1))));
        echo(OptionalInt.class, OptionalInt.of(3), OptionalInt.empty());
        echo(OptionalLong.class, OptionalLong.of(3), OptionalLong.empty());
        echo(OptionalDouble.class, OptionalDouble.of(1.5), OptionalDouble.empty());
        echo(Optional.class, Optional.of("x"), Optional.empty());
        echo(List.class, List.of(1, "x"), List.of());
        echo(Map.class, Map.of("a", 1), Map.of());
        echo(Set.class, Set.of("a", "b", "c"));
        echo(Object.class, 7, "x", List.of(Map.of()), true, new BigDecimal("1.10"));
        echo(JsonNode.class, tree("{\"a\": [1.10, null]}"));
        echo(RawJson.class, RawJson.of(" [1E2 , \"\\u00e9\"]".strip()), RawJson.NULL);
        echo(Colour.class, Colour.RED, Colour.BLUE);
        echo(Level.class, Level.HIGH);
        echo(Op.class, Op.PLUS, Op.MINUS);
        echo(Renamed.class, Renamed.ONE);
        echo(Point.class, new Point(1, 2));
        echo(Rec.class, new Rec(11));
        echo(Name.class, new Name("n"));
        echo(Boxes.class, new Boxes(new Box<>(new Point(1, 2), List.of(new Point(3, 4))), new Box<>(1, List.of())));
        echo(Tree.class, new Tree("root", List.of(new Tree("leaf", List.of(), null)), new Tree("up", List.of(), null)));
        echo(
                Maybe.class,
                new Maybe(Optional.of("x"), OptionalInt.of(1), Optional.of(new Point(1, 2))),
                new Maybe(Optional.empty(), OptionalInt.empty(), Optional.empty()));
        echo(Dates.class, new Dates(LocalDate.EPOCH, Instant.EPOCH, LocalDate.EPOCH, Duration.ZERO));
        echo(Snake.class, new Snake(1, null));
        echo(Access.class, new Access(null, 3));
        echo(Sparse.class, new Sparse(null, null), new Sparse("x", 1));
        echo(Tolerant.class, new Tolerant(1));
        echo(Aliased.class, new Aliased(1));
        echo(Doubles.class, new Doubles(Double.NaN, 0.1f, Double.POSITIVE_INFINITY, new double[] {1, Double.NaN}));
        echo(Keys.class, keys());
        echo(Sets.class, new Sets(Set.of(1, 2, 3), Set.of(Colour.RED, Colour.BLUE)));
        echo(
                Anything.class,
                new Anything(new BigDecimal("1.0"), tree("[1.10]"), RawJson.of("1E2"), 3),
                new Anything(null, tree("{}"), RawJson.NULL, null));
        echo(Shape.class, new Circle(1.5), new Square(2));
        echo(Drawing.class, new Drawing(List.of(new Circle(1)), new Square(1)));
        echo(Holder.class, new Holder(new Thing(1)));
        echo(Outer.class, new Outer(new Point(1, 2), "n"));
        echo(Row.class, new Row(1, "b"));
        echo(Money.class, new Money(5));
        echo(Order.class, new Order(new Money(5), Map.of("a", new Money(1))));
        echo(Bean.class, bean());
        echo(Bag.class, bag());
        echo(Made.class, Made.of("x"));
    }

    /** The JSON of all values, by the names of the tasks. */
    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    public static final Task<@Nullable Void, Map> WRITTEN = ENV.task("written", Map.class, () -> {
        Map<String, List<RawJson>> written = new LinkedHashMap<>();
        SAMPLES.forEach(sample -> written.put(sample.task().name(), written(sample)));
        return written;
    });

    /** Calls each task with each value as a child; answers what came back otherwise than it went. */
    public static final Task<@Nullable Void, String[]> CHILDREN = ENV.task(
            "children",
            String[].class,
            () -> SAMPLES.stream().flatMap(sample -> changed(sample).stream()).toArray(String[]::new));

    private AllTypes() {}

    @SafeVarargs
    private static <T> void echo(Class<T> type, T... values) {
        String name = type.getSimpleName().replace("[]", "-array");
        SAMPLES.add(new Sample<>(ENV.task(name, type, type, value -> value), List.of(values)));
    }

    private static List<RawJson> written(Sample<?> sample) {
        return sample.values().stream()
                .map(value -> RawJson.of(new String(Json.write(value), StandardCharsets.UTF_8)))
                .toList();
    }

    private static <T> List<String> changed(Sample<T> sample) {
        return sample.values().stream()
                .filter(value -> !java.util.Arrays.equals(
                        Json.write(value), Json.write(sample.task().call(value))))
                .map(value -> sample.task().name() + " " + value)
                .toList();
    }

    private static JsonNode tree(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }

    private static Keys keys() {
        return new Keys(
                Map.of(1, "a"),
                new EnumMap<>(Map.of(Colour.RED, 1)),
                Map.of(new UUID(1, 2), 3L),
                new TreeMap<>(Map.of("k", 1)));
    }

    private static Bean bean() {
        Bean bean = new Bean();
        bean.setNumber(3);
        bean.setText("t");
        bean.lines = List.of("a");
        return bean;
    }

    private static Bag bag() {
        Bag bag = new Bag();
        bag.set("a", 1);
        bag.set("b", List.of("c"));
        return bag;
    }
}
