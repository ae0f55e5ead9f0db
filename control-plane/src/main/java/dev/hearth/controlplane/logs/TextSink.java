package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a log as plain lines, each with its time and stream in front if that is wanted. */
final class TextSink implements LogReader.Sink {
    private final OutputStream out;
    private final boolean timestamps;

    TextSink(OutputStream out, boolean timestamps) {
        this.out = out;
        this.timestamps = timestamps;
    }

    @Override
    public void line(Position position, LogLineView line) throws IOException {
        String mark = timestamps ? line.time() + " " + line.stream() + " " : "";
        out.write((mark + line.line() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /** Text has no room for a sign of life. */
    @Override
    public void silence() {}

    @Override
    public void end() {}

    @Override
    public void breakOff() throws IOException {
        out.write("[the log could not be read to its end: ask again]\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
