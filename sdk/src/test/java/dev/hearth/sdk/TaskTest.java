package dev.hearth.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hearth.api.Overrides;
import dev.hearth.model.ReusePolicy;
import dev.hearth.model.Terms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class TaskTest {
    private static final Environment ENV =
            Environment.named("test").resources("500m", "256Mi").reuse(ReusePolicy.replicas(2));
    private static final Task<Integer, Integer> SQUARE = ENV.task("square", Integer.class, Integer.class, x -> x * x);
    private static final Task<Integer, Integer> FAILING = ENV.task("failing", Integer.class, Integer.class, x -> {
        throw new IllegalStateException("no " + x);
    });

    @Test
    void outsideOfAReplicaATaskIsAPlainFunction() {
        assertThat(SQUARE.call(7)).isEqualTo(49);
        assertThat(SQUARE.map(List.of(1, 2, 3))).containsExactly(1, 4, 9);
    }

    @Test
    void aFailureNamesTheTaskAndItsCause() {
        assertThatThrownBy(() -> FAILING.call(3))
                .isInstanceOf(TaskFailed.class)
                .hasMessageContaining("failing")
                .hasMessageContaining("no 3")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCELLED", "TIMED_OUT", "QUEUE_TIMED_OUT", "REPLICA_LOST", "OUT_OF_MEMORY", "STORAGE"})
    void aTaskCannotPretendToBeThePlatform(String code) {
        assertThatThrownBy(() -> new NonRetryable(code, "no", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(code);
    }

    @Test
    void waitingForChildrenCountsTowardsATimeoutUnlessATaskOrACallSaysOtherwise() {
        Terms plain = SQUARE.terms().withTimeout(Duration.ofSeconds(10));
        assertThat(plain.timeoutExcludesChildren()).isFalse();
        Environment environment = Environment.named("patient");
        Terms patient = environment
                .task("same", Integer.class, Integer.class, x -> x)
                .timeout(Duration.ofSeconds(10))
                .timeoutExcludesChildren()
                .terms();
        assertThat(patient).isEqualTo(plain.withTimeoutExcludesChildren(true));
        assertThat(Overrides.NONE.withTimeoutExcludesChildren(true).applyTo(plain))
                .isEqualTo(patient);
        assertThat(Overrides.NONE.withTimeoutExcludesChildren(false).applyTo(patient))
                .isEqualTo(plain);
        assertThat(Overrides.NONE.withTimeout(Duration.ofSeconds(10)).applyTo(patient))
                .isEqualTo(patient);
    }

    @Test
    void termsThatAnEarlierVersionHasWrittenAreRead() {
        Terms read = new JsonMapper()
                .readValue(
                        "{\"retries\":2,\"backoff\":\"PT1S\",\"longestBackoff\":\"PT1M\",\"timeout\":null}",
                        Terms.class);
        assertThat(read).isEqualTo(Terms.DEFAULT.withRetries(2));
    }

    @Test
    void insideATaskACallStartsAChildOfTheRunningExecution() throws Exception {
        RememberingExecution execution = new RememberingExecution();

        int result = execution.within(() -> SQUARE.call(7));

        assertThat(result).isEqualTo(42);
        assertThat(execution.started).containsExactly("test/square 7");
    }

    @Test
    void wrappedWorkBelongsToTheTaskOnAnyThread() throws Exception {
        RememberingExecution execution = new RememberingExecution();
        try (var pool = Executors.newSingleThreadExecutor()) {
            Callable<Integer> work = execution.within(() -> TaskContext.wrap(() -> SQUARE.call(8)));
            assertThat(pool.submit(work).get()).isEqualTo(42);
            assertThat(pool.submit(() -> TaskContext.current().isPresent()).get())
                    .as("the pool's thread does not stay in the execution")
                    .isFalse();
        }
        assertThat(execution.started).containsExactly("test/square 8");
    }

    @Test
    void anEnvironmentHasNoTwoTasksOfOneName() {
        Environment environment = Environment.named("twice");
        environment.task("same", Integer.class, Integer.class, x -> x);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> environment.task("same", Integer.class, Integer.class, x -> x))
                .withMessageContaining("same");
    }

    @Test
    void settingsComeBeforeTasks() {
        Environment environment = Environment.named("late");
        environment.task("task", Integer.class, Integer.class, x -> x);
        assertThatIllegalStateException().isThrownBy(() -> environment.resources("1", "1Gi"));
    }

    @Test
    void anEnvironmentKnowsWhereItIsDeclared() {
        assertThat(ENV.declaredIn()).isEqualTo(TaskTest.class);
    }

    private static final class RememberingExecution implements Execution {
        private final List<String> started = new ArrayList<>();

        @Override
        public TaskContext context() {
            return new TaskContext("run", "a0", 1, "1");
        }

        @Override
        public CompletableFuture<byte[]> startChild(
                String environment, String task, byte[] input, @Nullable Overrides overrides) {
            started.add(environment + "/" + task + " " + new String(input, StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture("42".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public byte[] await(CompletableFuture<byte[]> child) {
            return child.join();
        }
    }
}
