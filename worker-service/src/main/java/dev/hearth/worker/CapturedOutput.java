package dev.hearth.worker;

import dev.hearth.sdk.Execution;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Standard output or error of the process: what an execution prints goes to a stream of its own, the rest to where it went
 * before. Nothing is shared between executions, neither a buffer nor an encoder's half character nor a lock, so that none can
 * get into another's log or hold it up.
 */
final class CapturedOutput extends PrintStream {
    private static volatile @Nullable CapturedOutput out;
    private static volatile @Nullable CapturedOutput err;

    private final PrintStream before;
    private final boolean error;

    private CapturedOutput(PrintStream before, boolean error) {
        super(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        this.before = before;
        this.error = error;
    }

    /** From now on for the whole process. Logback's console asks for System.out each time it writes, so it follows. */
    static void install() {
        out = new CapturedOutput(System.out, false);
        err = new CapturedOutput(System.err, true);
        putBack();
    }

    /** A task may have set other streams, for the whole process: those that come after it must not lose their lines. */
    static void putBack() {
        if (out != null && System.out != out) {
            System.setOut(out);
        }
        if (err != null && System.err != err) {
            System.setErr(err);
        }
    }

    private PrintStream own() {
        boolean inExecution = Execution.CURRENT.isBound();
        return inExecution && Execution.CURRENT.get() instanceof RunningExecution execution
                ? execution.printed().stream(error)
                : before;
    }

    @Override
    public void write(int value) {
        own().write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        own().write(bytes, offset, length);
    }

    @Override
    public void write(byte[] bytes) {
        own().write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        own().write(bytes, 0, bytes.length);
    }

    @Override
    public void print(boolean value) {
        own().print(value);
    }

    @Override
    public void print(char value) {
        own().print(value);
    }

    @Override
    public void print(int value) {
        own().print(value);
    }

    @Override
    public void print(long value) {
        own().print(value);
    }

    @Override
    public void print(float value) {
        own().print(value);
    }

    @Override
    public void print(double value) {
        own().print(value);
    }

    @Override
    public void print(char[] value) {
        own().print(value);
    }

    @Override
    public void print(@Nullable String value) {
        own().print(value);
    }

    @Override
    public void print(@Nullable Object value) {
        own().print(value);
    }

    @Override
    public void println() {
        own().println();
    }

    @Override
    public void println(boolean value) {
        own().println(value);
    }

    @Override
    public void println(char value) {
        own().println(value);
    }

    @Override
    public void println(int value) {
        own().println(value);
    }

    @Override
    public void println(long value) {
        own().println(value);
    }

    @Override
    public void println(float value) {
        own().println(value);
    }

    @Override
    public void println(double value) {
        own().println(value);
    }

    @Override
    public void println(char[] value) {
        own().println(value);
    }

    @Override
    public void println(@Nullable String value) {
        own().println(value);
    }

    @Override
    public void println(@Nullable Object value) {
        own().println(value);
    }

    @Override
    public PrintStream printf(String format, @Nullable Object... values) {
        return format(format, values);
    }

    @Override
    public PrintStream printf(@Nullable Locale locale, String format, @Nullable Object... values) {
        return format(locale, format, values);
    }

    @Override
    public PrintStream format(String format, @Nullable Object... values) {
        own().format(format, values);
        return this;
    }

    @Override
    public PrintStream format(@Nullable Locale locale, String format, @Nullable Object... values) {
        own().format(locale, format, values);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text) {
        own().append(text);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text, int start, int end) {
        own().append(text, start, end);
        return this;
    }

    @Override
    public PrintStream append(char value) {
        own().append(value);
        return this;
    }

    @Override
    public void flush() {
        own().flush();
    }

    /** A task that closes its standard output must not close that of its neighbours. */
    @Override
    public void close() {
        flush();
    }

    @Override
    public boolean checkError() {
        return own().checkError();
    }
}
