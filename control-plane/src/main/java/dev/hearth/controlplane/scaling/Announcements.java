package dev.hearth.controlplane.scaling;

import dev.hearth.controlplane.policy.Decision;
import dev.hearth.controlplane.signals.News;
import dev.hearth.controlplane.signals.Signals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/** Tells of a committed decision whoever acts on it: one log line, and a ring for each loop that has something to do now. */
@Component
final class Announcements {
    private static final Logger log = LoggerFactory.getLogger(Announcements.class);

    private final Signals signals;
    private final ApplicationEventPublisher events;

    Announcements(Signals signals, ApplicationEventPublisher events) {
        this.signals = signals;
        this.events = events;
    }

    void announce(PoolEvaluation.Done done) {
        Decision decision = done.decision();
        switch (decision) {
            case Decision.Hold hold -> {
                return;
            }
            case Decision.Start start -> wakeForStarting();
            case Decision.StopOne stop -> wakeForDraining();
            case Decision.Drain drain -> wakeForDraining();
            case Decision.StopAll stop -> wakeForDraining();
            case Decision.GiveUp giveUp ->
                events.publishEvent(new ReplicasNeverStarted(done.pool().id(), giveUp.reason()));
        }
        log.atInfo()
                .addKeyValue("pool", done.pool().id())
                .addKeyValue("environment", done.pool().environment())
                .addKeyValue("from", decision.from())
                .addKeyValue("to", decision.to())
                .addKeyValue("rule", decision.why().rule())
                .log("Scaling {}: {}", done.pool().environment(), decision.reason());
    }

    private void wakeForStarting() {
        signals.provisioning().ring();
        signals.news().tell(News.Kind.REPLICAS);
    }

    /** Ready replicas are told over their stream; those that never came up are ended by the provisioner. */
    private void wakeForDraining() {
        signals.draining().ring();
        signals.provisioning().ring();
        signals.news().tell(News.Kind.DRAIN);
        signals.news().tell(News.Kind.REPLICAS);
    }
}
