package dev.hearth.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Verbs that the script {@code hearth} starts without this program, which knows only their help. */
abstract sealed class ScriptCommand implements Callable<Integer> {
    @Command(
            name = "up",
            description = {
                "Start a server here, in the foreground; Ctrl-C stops it with its replicas.",
                "Data goes to HEARTH_HOME (default .hearth). Settings are environment variables, see docs/configuration.md."
            },
            mixinStandardHelpOptions = true)
    static final class Up extends ScriptCommand {}

    @Command(
            name = "simulate",
            description = {
                "Play the scaling policy against every kind of load on a virtual clock, and check its laws at every look.",
                "Prints starts, stops, waits and cost against somebody who knows the future. Needs no server."
            },
            customSynopsis = "hearth simulate [--hours N] [--seed S]      (default: 10000 hours, seed 1)",
            mixinStandardHelpOptions = true)
    static final class Simulate extends ScriptCommand {}

    @Override
    public Integer call() {
        throw new UsageException("start this verb through ./hearth");
    }
}
