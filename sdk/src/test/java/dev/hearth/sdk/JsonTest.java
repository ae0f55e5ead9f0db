package dev.hearth.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.hearth.api.RawJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

class JsonTest {
    /** A retried parent runs in another process, where maps have another order: its children must be found all the same. */
    @Property(tries = 200)
    void equalMapsGiveTheSameBytes(@ForAll Map<String, Integer> values, @ForAll long seed) {
        List<String> keys = new ArrayList<>(values.keySet());
        Collections.shuffle(keys, new Random(seed));
        Map<String, Integer> inOrder = new LinkedHashMap<>();
        keys.forEach(key -> inOrder.put(key, values.get(key)));

        assertThat(Json.write(Collections.unmodifiableMap(inOrder))).isEqualTo(Json.write(new HashMap<>(values)));
        assertThat(Json.write(Collections.unmodifiableSet(inOrder.keySet())))
                .isEqualTo(Json.write(new HashSet<>(keys)));
    }

    /** Java salts the order of Set.of and Map.of anew in each process, and that of other sets follows from addresses. */
    @Test
    void equalValuesAreWrittenAlikeInEveryProcess() throws Exception {
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Unordered.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            answers.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(process.waitFor()).isZero();
        }
        assertThat(answers).hasSize(1);
    }

    @Test
    void whatHasAnOrderKeepsIt() {
        Map<String, Integer> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", 2);
        assertThat(written(map)).isEqualTo("{'b':1,'a':2}");
        assertThat(written(map.keySet())).isEqualTo("['b','a']");
        assertThat(written(map.values())).isEqualTo("[1,2]");
        assertThat(written(new LinkedHashSet<>(List.of("b", "a")))).isEqualTo("['b','a']");
        assertThat(written(List.of("b", "a"))).isEqualTo("['b','a']");
        assertThat(written(Collections.unmodifiableCollection(List.of("b", "a"))))
                .isEqualTo("['b','a']");
        assertThat(written(new TreeSet<>(Comparator.<String>reverseOrder()) {
                    private static final long serialVersionUID = 1L;

                    {
                        addAll(List.of("a", "b"));
                    }
                }))
                .isEqualTo("['b','a']");
        assertThat(written(EnumSet.of(TimeUnit.SECONDS, TimeUnit.DAYS))).isEqualTo("['SECONDS','DAYS']");
        assertThat(written(new EnumMap<>(Map.of(TimeUnit.SECONDS, 1, TimeUnit.DAYS, 2))))
                .isEqualTo("{'SECONDS':1,'DAYS':2}");
    }

    @Test
    void whatHasNoneIsSorted() {
        assertThat(written(Set.of(10, 9, 100))).isEqualTo("[9,10,100]");
        assertThat(written(Set.of(new Point(2, 1), new Point(1, 2)))).isEqualTo("[{'x':1,'y':2},{'x':2,'y':1}]");
        assertThat(written(Map.of(new Point(2, 1), 1, new Point(1, 2), 2)))
                .isEqualTo("{'Point[x=1, y=2]':2,'Point[x=2, y=1]':1}");
        assertThat(written(Map.of("b", Set.of("y", "x"), "a", Set.of(Set.of(3, 2), Set.of(1)))))
                .isEqualTo("{'a':[[1],[2,3]],'b':['x','y']}");
        assertThat(written(Set.of("text", 1, true, new BigDecimal("1.10"), new Point(0, 0))))
                .isEqualTo("['text',1.10,1,true,{'x':0,'y':0}]");
        assertThat(written(Map.of("k", 2, "l", 1).values())).isEqualTo("[1,2]");
        assertThat(written(new HashSet<>(Arrays.asList(null, "a")))).isEqualTo("['a',null]");
    }

    @Test
    void whatIsWrittenComesBackAsItWas() {
        Holder holder = new Holder(
                Set.of("b", "a"),
                Map.of(new byte[] {1}.length, Set.of(TimeUnit.DAYS, TimeUnit.HOURS)),
                Set.of(new Round(1), new Square(2)));
        assertThat(Json.read(Json.write(holder), Holder.class)).isEqualTo(holder);
    }

    /** Were each set written twice, once to be sorted, this would be written a billion times. */
    @Test
    void setsInSetsTakeNoLongerThanTheirSize() {
        Set<Object> nested = Set.of("a", "b");
        for (int depth = 0; depth < 30; depth++) {
            nested = Set.of(nested, depth);
        }
        assertThat(Json.write(nested)).hasSizeLessThan(1000);
    }

    private static String written(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8).replace('"', '\'');
    }

    record Point(int x, int y) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
    sealed interface Shape permits Round, Square {}

    record Round(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    record Holder(Set<String> names, Map<Integer, Set<TimeUnit>> units, Set<Shape> shapes) {}

    /** Says how values are written that no process orders as another does. */
    static final class Unordered {
        private enum Letter {
            A,
            B,
            C,
            D,
            E,
            F
        }

        private record Tagged(int i, Set<String> tags) {}

        private record Keyed(Map<Object, Object> map) {}

        public static void main(String[] args) {
            Set<String> tags = Set.of("a", "b", "c", "d", "e", "f", "g", "h");
            Set<Object> byAddress = Collections.newSetFromMap(new IdentityHashMap<>());
            tags.forEach(tag -> byAddress.add(List.of(tag)));
            Map<String, Object> concurrent = new ConcurrentHashMap<>();
            tags.forEach(tag -> concurrent.put(tag, tags));
            List<Object> values = List.of(
                    new Tagged(1, tags),
                    Map.of(1, tags, 2, Set.of(), 3, tags, 4, tags),
                    tags.stream().map(tag -> new Tagged(2, Set.of(tag, "z"))).collect(Collectors.toSet()),
                    new HashSet<>(List.of(Letter.values())),
                    new Keyed(Map.of(new Tagged(3, Set.of()), 1, new Tagged(4, Set.of()), 2, Letter.A, 3, "b", 4)),
                    tags.stream().collect(Collectors.toMap(tag -> List.of(tag), tag -> Set.of(tag, 1, 2.5))),
                    Map.of(Letter.A, 1, Letter.B, 2, Letter.C, 3, Letter.D, 4).values(),
                    Collections.unmodifiableSet(tags),
                    byAddress,
                    concurrent,
                    Optional.of(tags),
                    new Object[] {tags, tags.stream().map(String::length).collect(Collectors.toSet())},
                    Map.of("a", 1, "b", 2, "c", 3).entrySet());
            System.out.write(Json.write(values), 0, Json.write(values).length);
            System.out.flush();
        }
    }

    record Priced(BigDecimal price, @Nullable Object anything) {
        public boolean isFree() {
            return price.signum() == 0;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.1000000000000000055",
                "1.10",
                "1E2",
                "-0",
                "-0.0",
                "1e400",
                "1e999999999",
                "12345678901234567890"
            })
    void digitsStayAsTheyWereWritten(String number) {
        assertThat(again(number, BigDecimal.class)).isEqualTo(number);
        assertThat(again(number, Object.class)).isEqualTo(number);
        assertThat(again(number, RawJson.class)).isEqualTo(number);
        assertThat(again("{\"a\":[" + number + "]}", Object.class)).isEqualTo("{\"a\":[" + number + "]}");
        assertThat(again("[" + number + "]", JsonNode.class)).isEqualTo("[" + number + "]");
    }

    @Test
    void whatATypeComputesAndWritesIsReadOverAndWhatIsMisspeltIsNot() {
        String written = again("{\"price\":1.10,\"anything\":{\"x\":1.0}}", Priced.class);
        assertThat(written).isEqualTo("{\"price\":1.10,\"anything\":{\"x\":1.0},\"free\":false}");
        assertThat(again(written, Priced.class)).isEqualTo(written);
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> again("{\"price\":1.10,\"fre\":false}", Priced.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e400", "[1e400]", "1e99999999999"})
    void aNumberThatWouldBecomeInfiniteIsRefused(String json) {
        Class<?> type = json.startsWith("[") ? double[].class : double.class;
        assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> again(json, type));
        if (json.length() > 10) {
            assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> again(json, Object.class));
            assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> again(json, BigDecimal.class));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1 2", "{\"a\":1,\"a\":2}", "{", "nul"})
    void whatIsNoValueIsRefused(String json) {
        assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> again(json, Object.class));
        assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> again(json, RawJson.class));
        assertThatIllegalArgumentException().isThrownBy(() -> RawJson.of(json));
    }

    private static String again(String json, Class<?> type) {
        return new String(Json.write(Json.read(json.getBytes(StandardCharsets.UTF_8), type)), StandardCharsets.UTF_8);
    }
}
