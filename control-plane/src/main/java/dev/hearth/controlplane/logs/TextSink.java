package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import dev.hearth.api.LogText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a log as text, each line with its time and stream in front if that is wanted. */
final class TextSink implements LogReader.Sink {
    private final OutputStream out;
    private final LogText text;

    TextSink(OutputStream out, boolean timestamps) {
        this.out = out;
        this.text = new LogText(timestamps);
    }

    @Override
    public void line(Position position, LogLineView line) throws IOException {
        write(text.next(line));
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /** Text has no room for a sign of life. */
    @Override
    public void silence() {}

    @Override
    public void end() throws IOException {
        write(text.end());
    }

    @Override
    public void breakOff() throws IOException {
        write(text.end() + "[the log could not be read to its end: ask again]\n");
        out.flush();
    }

    private void write(String words) throws IOException {
        out.write(words.getBytes(StandardCharsets.UTF_8));
    }
}
