package dev.hearth.controlplane.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewsTest {
    private final News news = new News();

    @Test
    void whileNobodyListensNothingIsGathered() throws InterruptedException {
        news.tell(News.Kind.QUEUE);
        news.ended(List.of("r1"));
        assertThat(take().kinds()).isEmpty();
    }

    @Test
    void newsAreGatheredUntilTheyAreTaken() throws InterruptedException {
        news.heard(true);
        news.tell(News.Kind.QUEUE);
        news.tell(News.Kind.QUEUE);
        news.ended(List.of("r1"));
        news.ended(List.of("r1", "r2"));

        News.Gathered gathered = take();
        assertThat(gathered.kinds()).containsExactlyInAnyOrder(News.Kind.QUEUE, News.Kind.ENDS);
        assertThat(gathered.runs()).containsExactlyInAnyOrder("r1", "r2");
        assertThat(take().kinds()).isEmpty();
    }

    @Test
    void tooManyRunsBecomeAllRuns() throws InterruptedException {
        news.heard(true);
        for (int i = 0; i <= News.MOST_RUNS; i++) {
            news.ended(List.of("r" + i));
        }
        News.Gathered gathered = take();
        assertThat(gathered.allRuns()).isTrue();
        assertThat(gathered.runs()).isEmpty();

        news.ended(List.of("r1"));
        assertThat(take().allRuns()).isFalse();
    }

    private News.Gathered take() throws InterruptedException {
        return news.await(Duration.ZERO);
    }
}
