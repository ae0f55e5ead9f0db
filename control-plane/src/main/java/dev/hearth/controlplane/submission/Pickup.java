package dev.hearth.controlplane.submission;

import dev.hearth.controlplane.environment.EnvironmentCatalog;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.journal.StoredAction;
import dev.hearth.controlplane.outage.Outages;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.run.RunService;
import dev.hearth.controlplane.submission.SubmissionStore.Submission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes runs of what was submitted. A row is deleted only after the commit of its run, and a run has the name that stands in its row:
 * whatever dies in between, the next pick-up finds the run and deletes the row.
 */
@Component
final class Pickup {
    private static final Logger log = LoggerFactory.getLogger(Pickup.class);

    private final SubmissionStore store;
    private final EnvironmentCatalog catalog;
    private final RunService runs;
    private final Outages outages;
    private final TransactionTemplate taking;

    /** The journal and the pools commit by themselves: what they have done must outlive a taking that fails. */
    private final TransactionTemplate apart;

    Pickup(
            SubmissionStore store,
            EnvironmentCatalog catalog,
            RunService runs,
            PlatformTransactionManager transactions,
            Outages outages) {
        this.store = store;
        this.catalog = catalog;
        this.runs = runs;
        this.outages = outages;
        this.taking = new TransactionTemplate(transactions);
        this.apart = new TransactionTemplate(transactions);
        this.apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
    }

    /** Takes what no other control plane has taken; answers how many runs it made or found. */
    int run() {
        return taking.execute(status -> {
            List<Submission> taken = store.take();
            List<Submission> done = taken.isEmpty() ? taken : apart.execute(own -> handOn(taken));
            store.delete(done);
            return done.size();
        });
    }

    /** Returns those whose runs are durable. The others stay, to be tried again. */
    private List<Submission> handOn(List<Submission> taken) {
        Map<Submission, CompletableFuture<StoredAction>> answers = new LinkedHashMap<>();
        for (Submission each : taken) {
            try {
                answers.put(
                        each, runs.submit(each.run(), target(each), each.input(), each.idempotencyKey(), each.asked()));
            } catch (RuntimeException e) {
                failed(each, e);
            }
        }
        List<Submission> done = new ArrayList<>();
        answers.forEach((each, answer) -> {
            try {
                if (!answer.join().created()) {
                    tellIfLost(each);
                }
                done.add(each);
            } catch (RuntimeException e) {
                failed(each, e);
            }
        });
        return done;
    }

    /** What was accepted must become a run, even if its environment was retired or has lost the task meanwhile. */
    private TaskTarget target(Submission submission) {
        try {
            return catalog.resolve(submission.project(), submission.environment(), submission.task());
        } catch (ProblemException e) {
            return catalog.resolveChild(submission.versionId(), submission.environment(), submission.task());
        }
    }

    /**
     * A call over REST that was stored first may have the key, for something else. Whoever submitted has committed and gone, and
     * can be told no more; the log is what is left.
     */
    private void tellIfLost(Submission submission) {
        if (submission.idempotencyKey() == null || submission.asked() == null) {
            return;
        }
        try {
            runs.requireSame(
                    submission.project(),
                    submission.idempotencyKey(),
                    submission.environment(),
                    submission.task(),
                    submission.asked());
        } catch (ProblemException e) {
            log.warn(
                    "What hearth_submit was asked for under '{}' starts nothing, a call for something else was stored before: {}",
                    submission.idempotencyKey(),
                    e.getMessage());
        }
    }

    private void failed(Submission submission, RuntimeException cause) {
        outages.failed("The pick-up of submissions", "run " + submission.run() + ": " + cause);
    }
}
