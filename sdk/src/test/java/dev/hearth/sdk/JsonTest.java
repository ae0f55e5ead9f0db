package dev.hearth.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonTest {
    /** A retried parent runs in another process, where maps have another order: its children must be found all the same. */
    @Property(tries = 200)
    void equalMapsGiveTheSameBytes(@ForAll Map<String, Integer> values, @ForAll long seed) {
        List<String> keys = new ArrayList<>(values.keySet());
        Collections.shuffle(keys, new Random(seed));
        Map<String, Integer> shuffled = new LinkedHashMap<>();
        keys.forEach(key -> shuffled.put(key, values.get(key)));

        assertThat(Json.write(shuffled)).isEqualTo(Json.write(new LinkedHashMap<>(values)));
    }
}
