package dev.hearth.worker;

import dev.hearth.sdk.Execution;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output or error of the process: what an execution prints goes to its own log, the rest to where it went before. */
final class CapturedOutput extends OutputStream {
    private final PrintStream before;
    private final boolean error;

    private CapturedOutput(PrintStream before, boolean error) {
        this.before = before;
        this.error = error;
    }

    /** From now on for the whole process. */
    static void install() {
        System.setOut(new PrintStream(new CapturedOutput(System.out, false), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new CapturedOutput(System.err, true), true, StandardCharsets.UTF_8));
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (Execution.CURRENT.isBound() && Execution.CURRENT.get() instanceof RunningExecution execution) {
            execution.printed().write(bytes, offset, length, error);
        } else {
            before.write(bytes, offset, length);
        }
    }

    @Override
    public void flush() {
        before.flush();
    }
}
