package dev.hearth.controlplane.run;

import dev.hearth.api.RunEvent;
import dev.hearth.api.RunView;
import dev.hearth.controlplane.journal.ActionChange;
import dev.hearth.controlplane.journal.Feed;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.QueryValues;
import dev.hearth.model.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Watches runs: subscribes first, reads a snapshot, then merges what came meanwhile, so that there is no gap. Beneath it
 * reads again every {@link #SLOW_LOOK}, because of another control plane's changes only the ends are heard here, and not surely.
 */
@Component
class RunWatch {
    private static final Duration SLOW_LOOK = Duration.ofSeconds(2);

    /** Changes that may wait for a slow reader; beyond them it reads a snapshot instead. */
    private static final int MOST_WAITING = 4_096;

    /** Proxies and people give up sooner than this. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private final Feed feed;
    private final RunReader reader;
    private final JsonMapper json;

    RunWatch(Feed feed, RunReader reader, JsonMapper json) {
        this.feed = feed;
        this.reader = reader;
        this.json = json;
    }

    /** Reads how long a caller wants to wait; refuses what is longer than {@link #LONGEST_WAIT}. */
    static Duration patience(String wait) {
        Duration patience = QueryValues.duration("wait", wait);
        if (patience.compareTo(LONGEST_WAIT) > 0) {
            throw ProblemException.invalid(new Violation("wait", wait, "must be at most 5 minutes"));
        }
        return patience;
    }

    /** Answers the run when it has ended, or as it is when the time is over. */
    RunView await(String run, Duration wait) {
        BlockingQueue<Boolean> ended = new ArrayBlockingQueue<>(1);
        long deadline = System.nanoTime() + wait.toNanos();
        try (Feed.Subscription subscription = feed.subscribe(
                run,
                change -> {
                    if (change.parent() == null && change.phase().isTerminal()) {
                        ended.offer(true);
                    }
                },
                () -> ended.offer(false))) {
            for (long left = wait.toNanos(); left > 0 && !reader.hasEnded(run); left = deadline - System.nanoTime()) {
                if (Boolean.TRUE.equals(ended.poll(Math.min(left, SLOW_LOOK.toNanos()), TimeUnit.NANOSECONDS))) {
                    break;
                }
            }
            return reader.run(run);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return reader.run(run);
        }
    }

    SseEmitter events(String run) {
        SseEmitter emitter = new SseEmitter(0L);
        Thread.ofVirtual().name("run-events").start(() -> {
            try {
                stream(run, emitter);
                emitter.complete();
            } catch (IOException | IllegalStateException e) {
                // The reader has gone.
                emitter.complete();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                emitter.completeWithError(e);
            }
        });
        return emitter;
    }

    private void stream(String run, SseEmitter emitter) throws IOException, InterruptedException {
        Map<String, RunEvent> sent = new HashMap<>();
        // Empty = look by yourself.
        BlockingQueue<Optional<ActionChange>> changes = new ArrayBlockingQueue<>(MOST_WAITING);
        try (Feed.Subscription subscription = feed.subscribe(
                run, change -> changes.offer(Optional.of(change)), () -> changes.offer(Optional.empty()))) {
            send(reader.events(run), sent, emitter);
            emitter.send(SseEmitter.event().name("snapshot").data(sent.size()));
            while (!ended(sent)) {
                boolean overflowed = changes.remainingCapacity() == 0;
                Optional<ActionChange> change = changes.poll(SLOW_LOOK.toNanos(), TimeUnit.NANOSECONDS);
                if (change == null || change.isEmpty() || overflowed) {
                    changes.clear();
                    send(reader.events(run), sent, emitter);
                    emitter.send(SseEmitter.event().comment("alive"));
                } else {
                    send(List.of(event(change.get())), sent, emitter);
                }
            }
            // What ended together with the root may have been committed beside it.
            send(reader.events(run), sent, emitter);
            emitter.send(SseEmitter.event().name("end").data(line(json.writeValueAsString(reader.listed(run))), TEXT));
        }
    }

    /** Sends what is news: nothing follows the end of an action. */
    private static void send(List<RunEvent> events, Map<String, RunEvent> sent, SseEmitter emitter) throws IOException {
        for (RunEvent event : events) {
            RunEvent last = sent.get(event.name());
            if (last == null || (!last.phase().isTerminal() && !last.equals(event))) {
                sent.put(event.name(), event);
                emitter.send(SseEmitter.event().name("action").data(event));
            }
        }
    }

    private static boolean ended(Map<String, RunEvent> sent) {
        RunEvent root = sent.get("a0");
        return root != null && root.phase().isTerminal();
    }

    private static RunEvent event(ActionChange change) {
        return new RunEvent(
                change.name(),
                change.parent(),
                change.task(),
                change.phase(),
                change.attempt(),
                text(change.replica()));
    }

    /** An output may hold line breaks between its tokens, and each would end a line of the event. */
    private static String line(String json) {
        return json.replace('\r', ' ').replace('\n', ' ');
    }

    private static @Nullable String text(@Nullable Long id) {
        return id == null ? null : id.toString();
    }
}
