package dev.hearth.cli;

import dev.hearth.api.LogText;
import dev.hearth.sdk.LogTail;
import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        description = "Print what an action has printed: its standard output here, its standard error there.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    private static final String ERASE_LINE = "\u001b[K";

    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "RUN", description = "Name of the run.")
    private String run = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "a0",
            description = "Action (default: the root, ${DEFAULT-VALUE}).")
    private String action = "a0";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the action has ended.")
    private boolean follow;

    @Option(
            names = "--timestamps",
            description = "Begin each line with its time and its stream, all on standard output.")
    private boolean timestamps;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (Rest rest = connection.open()) {
            print(new LogTail(rest, run, action, follow), timestamps, spec.commandLine());
        }
        return 0;
    }

    static void print(LogTail log, boolean timestamps, CommandLine command) {
        LogText text = new LogText(timestamps);
        log.read(line -> {
            PrintWriter to = line.isError() && !timestamps ? command.getErr() : command.getOut();
            // In a terminal nothing may be left of a longer line that a shorter one replaces.
            String erase = command.getColorScheme().ansi().enabled() ? ERASE_LINE : "";
            to.print(text.next(line).replaceFirst("^\r", "\r" + erase));
            to.flush();
        });
        command.getOut().print(text.end());
        command.getOut().flush();
    }
}
