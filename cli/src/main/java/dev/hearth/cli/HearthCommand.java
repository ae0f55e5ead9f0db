package dev.hearth.cli;

import dev.hearth.sdk.HearthException;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command and its verbs. Exit status: 0 = it worked, 1 = the run failed, 2 = bad usage or refused, 3 = no server. */
@Command(
        name = "hearth",
        description = "Warm, reusable replicas for tasks.",
        mixinStandardHelpOptions = true,
        version = "hearth 0.1.0",
        subcommands = {
            DemoCommand.class,
            ScriptCommand.Up.class,
            DeployCommand.class,
            RunCommand.class,
            GetCommand.class,
            LogsCommand.class,
            CancelCommand.class,
            WhyCommand.class,
            LeverCommand.Warm.class,
            LeverCommand.Pause.class,
            LeverCommand.Resume.class,
            LeverCommand.Retire.class,
            DrainCommand.class,
            WhatIfCommand.class,
            ScriptCommand.Simulate.class,
            BenchCommand.class,
            ChaosCommand.class,
            HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./hearth demo                                     the whole thing in one go",
            "  ./hearth up                                       start a server and leave it running",
            "  ./hearth deploy app.jar                           deploy the environments that a jar declares",
            "  ./hearth run reuse_concurrency noop --input '{\"x\": 1}'",
            "  ./hearth get envs",
            "  ./hearth why RUN                                  what a run waits for",
            "  ./hearth what-if reuse_concurrency --replicas 1..4 --since 1h",
            "",
            "Exit status: 0 = it worked, 1 = the run failed, 2 = bad usage or refused, 3 = no server.",
            "Settings: HEARTH_ENDPOINT, HEARTH_TOKEN; for 'up' and 'demo' HEARTH_HOME, HEARTH_PORT, HEARTH_WORKER_PORT,",
            "HEARTH_DB_URL and more, see docs/configuration.md."
        })
public final class HearthCommand {
    static final int RUN_FAILED = 1;
    static final int REFUSED = 2;
    static final int NO_SERVER = 3;

    private HearthCommand() {}

    public static void main(String[] arguments) {
        PrintWriter out = output(new FileOutputStream(FileDescriptor.out), System.out.charset());
        System.exit(commandLine().setOut(out).execute(arguments));
    }

    /** Nobody reads any further, as behind {@code | head}. */
    private static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A writer that ends its command when nobody reads any further; the platform's own goes on in silence. */
    static PrintWriter output(OutputStream to, Charset charset) {
        OutputStream ends = new OutputStream() {
            @Override
            public void write(int each) {
                write(new byte[] {(byte) each}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                try {
                    to.write(bytes, from, length);
                } catch (IOException e) {
                    // A PrintWriter would keep this to itself.
                    throw new ReaderGone();
                }
            }
        };
        return new PrintWriter(new BufferedWriter(new OutputStreamWriter(ends, charset)), true);
    }

    static CommandLine commandLine() {
        // The parser's own reading of @FILE takes the quotes out of JSON and splits it at its spaces.
        CommandLine line = new CommandLine(new HearthCommand()).setExpandAtFiles(false);
        return line.setExecutionExceptionHandler((fault, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (fault instanceof HearthException refused) {
                err.println(refused.getMessage());
                return refused.status() == 0 ? NO_SERVER : REFUSED;
            }
            if (fault instanceof UsageException usage) {
                err.println(usage.getMessage());
                return REFUSED;
            }
            if (fault instanceof ReaderGone) {
                return 0;
            }
            if (fault instanceof IOException || fault instanceof UncheckedIOException) {
                err.println(fault.getMessage() == null ? fault.toString() : fault.getMessage());
                return REFUSED;
            }
            // Not 1, which says that a run has failed.
            fault.printStackTrace(err);
            return REFUSED;
        });
    }
}
