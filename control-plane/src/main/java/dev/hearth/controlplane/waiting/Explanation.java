package dev.hearth.controlplane.waiting;

import dev.hearth.api.WaitingView;
import dev.hearth.api.WaitingView.Cause;
import dev.hearth.controlplane.waiting.ActionFacts.Holder;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says what an action waits for: a function of the facts and of the time, nothing else. */
final class Explanation {
    private Explanation() {}

    static WaitingView of(WaitingFacts facts, Instant now) {
        ActionFacts action = facts.action();
        return switch (action.phase()) {
            case SUCCEEDED, FAILED, ABORTED, TIMED_OUT -> ended(action);
            case RUNNING, INITIALIZING ->
                action.parked() && facts.children().live() > 0
                        ? parked(action, facts.children())
                        : running(action, now);
            case QUEUED, WAITING_FOR_RESOURCES -> queued(action, facts.queue(), now);
        };
    }

    private static WaitingView ended(ActionFacts action) {
        return Answer.of(Cause.NOT_WAITING)
                .since(action.endedAt())
                .with("phase", action.phase())
                .says("It does not wait: it has ended, " + action.phase() + ".");
    }

    private static WaitingView parked(ActionFacts action, Children children) {
        return Answer.of(Cause.WAITS_FOR_CHILDREN)
                .with("children", children.live())
                .with("queued", children.queued())
                .with("running", children.running())
                .with("first", children.first())
                .with(
                        "replica",
                        action.holder() == null
                                ? null
                                : String.valueOf(action.holder().replica()))
                .says(
                        "It holds no slot and waits for %s, %d queued and %d running, first %s: ask the same of each of them."
                                .formatted(
                                        children.live() == 1 ? "1 child" : children.live() + " children",
                                        children.queued(),
                                        children.running(),
                                        String.join(", ", children.first())));
    }

    private static WaitingView running(ActionFacts action, Instant now) {
        Answer answer = Answer.of(Cause.RUNNING).since(action.dispatchedAt()).with("attempt", action.attempt());
        Holder holder = action.holder();
        if (holder == null) {
            return answer.says("It does not wait: it has a slot.");
        }
        answer.with("ordinal", holder.ordinal()).with("replica", String.valueOf(holder.replica()));
        String since =
                action.dispatchedAt() == null ? "" : " for " + Words.time(Duration.between(action.dispatchedAt(), now));
        Duration silence = holder.silence();
        String warning = "";
        if (silence != null && silence.compareTo(QueueFacts.SILENT_AFTER) > 0) {
            answer.with("silentMs", silence.toMillis());
            warning = ", which has been silent for " + Words.time(silence);
        }
        String parked = action.parked() ? "; its children have ended and it goes on now" : "";
        return answer.says("It does not wait: it has run%s on replica %d (id %d)%s%s."
                .formatted(since, holder.ordinal(), holder.replica(), warning, parked));
    }

    private static WaitingView queued(ActionFacts action, @Nullable QueueFacts queue, Instant now) {
        if (queue != null && queue.outlook().pool().condition().paused()) {
            return Answer.of(Cause.ENVIRONMENT_PAUSED)
                    .since(action.availableAt())
                    .with("environment", action.environment())
                    .says("Environment %s is paused and gives no action to a replica until it is resumed."
                            .formatted(action.environment()));
        }
        if (action.availableAt().isAfter(now)) {
            return retry(action, now);
        }
        return queue == null
                ? Answer.of(Cause.BEING_DISPATCHED).since(action.availableAt()).says("It has just been queued.")
                : new QueueWait(action, queue, now).explain();
    }

    private static WaitingView retry(ActionFacts action, Instant now) {
        return Answer.of(Cause.RETRY_BACK_OFF)
                .until(action.availableAt())
                .with("attempt", action.attempt())
                .with("failures", action.failures())
                .says("Attempt %d has failed (%s so far); the next try is due in %s."
                        .formatted(
                                action.attempt(),
                                Words.counted(action.failures(), "failure"),
                                Words.time(Duration.between(now, action.availableAt()))));
    }
}
