package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/** Writes a log as server-sent events. */
final class EventSink implements LogReader.Sink {
    private final OutputStream out;
    private final JsonMapper json;

    EventSink(OutputStream out, JsonMapper json) {
        this.out = out;
        this.json = json;
    }

    @Override
    public void line(Position position, LogLineView line) throws IOException {
        write("event: line\nid: " + position + "\ndata: " + json.writeValueAsString(line) + "\n\n");
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void silence() throws IOException {
        write(": nothing new\n\n");
    }

    @Override
    public void end() throws IOException {
        write("event: end\ndata: {}\n\n");
    }

    /** Without an end: the reader comes back with the last id. */
    @Override
    public void breakOff() throws IOException {
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
