package dev.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class ChildNamesTest {
    @Property
    void theSameCallsInAnyOrderGiveTheSameNames(
            @ForAll @Size(max = 30) List<@AlphaChars @StringLength(max = 2) String> inputs, @ForAll long seed) {
        List<String> shuffled = new ArrayList<>(inputs);
        Collections.shuffle(shuffled, new Random(seed));

        Set<String> names = names(new ChildNames("a0"), inputs);

        assertThat(names).hasSize(inputs.size()).isEqualTo(names(new ChildNames("a0"), shuffled));
    }

    @Property
    void anotherParentGivesOtherNames(@ForAll @AlphaChars String one, @ForAll @AlphaChars String other) {
        byte[] input = {1};
        String name = new ChildNames(one).next("env", "task", input);
        assertThat(name.equals(new ChildNames(other).next("env", "task", input)))
                .isEqualTo(one.equals(other));
    }

    @Test
    void partsDoNotRunIntoEachOther() {
        byte[] input = "x".getBytes(StandardCharsets.UTF_8);
        assertThat(new ChildNames("a").next("bc", "t", input)).isNotEqualTo(new ChildNames("ab").next("c", "t", input));
    }

    @Test
    void aNameIsFitForUrlsAndSaysItsTask() {
        String name = new ChildNames("a0").next("env", "a_very_long_task_name_that_goes_on_and_on_and_on", new byte[0]);
        assertThat(name).matches("a_very_long_task[a-z_]*-[a-z2-7]{16}-1").hasSizeLessThan(64);
    }

    private static Set<String> names(ChildNames names, List<String> inputs) {
        Set<String> all = new HashSet<>();
        inputs.forEach(input -> all.add(names.next("env", "task", input.getBytes(StandardCharsets.UTF_8))));
        return all;
    }
}
