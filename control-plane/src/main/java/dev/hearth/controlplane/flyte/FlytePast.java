package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.history.Past;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What this door keeps goes with the runs; code goes unless a deployed task needs it. */
@Component
final class FlytePast implements Past {
    /** What may follow them in a task's arguments is the address of its code. */
    private static final Set<String> CODE = Set.of("--tgz", "--pkl");

    private static final Logger log = LoggerFactory.getLogger(FlytePast.class);

    private final FlytePastStore store;
    private final FlyteFiles files;

    FlytePast(FlytePastStore store, FlyteFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * Files and specifications stay twice as long as runs: a result may be taken from the cache as long as its run is there, and
     * then serves another run; the SDK does not upload again for a day what it uploaded before.
     */
    @Override
    public void drop(Instant needed, Duration keep) {
        Instant untouched = needed.minus(keep);
        store.dropRuns(needed);
        store.dropSpecs(untouched);
        Set<String> code = new HashSet<>();
        store.deployedArguments().forEach(args -> addCode(code, args));
        int removed = files.removeUntouchedSince(untouched, code);
        if (removed > 0) {
            log.info("{} files of the Flyte door that nobody has written since {} removed", removed, untouched);
        }
    }

    private static void addCode(Set<String> code, List<String> args) {
        for (int at = 0; at + 1 < args.size(); at++) {
            if (CODE.contains(args.get(at))) {
                code.add(args.get(at + 1));
            }
        }
    }
}
