package dev.hearth.controlplane.logs;

import dev.hearth.api.LogLineView;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** Follows the log of an action to its end. Thread-safe. */
@Component
public final class LogTail {
    private final LogReader reader;

    LogTail(LogReader reader) {
        this.reader = reader;
    }

    /** Takes lines; throws if there is nobody left to take them. */
    public interface Lines {
        void line(LogLineView line) throws IOException;

        /** What was said so far should arrive. */
        void flush() throws IOException;

        /** Nothing was said for a while: time to find out whether somebody is left. */
        void silence() throws IOException;
    }

    /**
     * All lines of an action, those to come included; returns when it has ended, or when the server stops.
     *
     * @throws dev.hearth.controlplane.problem.ProblemException 404 if there is no such action
     */
    public void follow(String run, String action, Lines lines) throws IOException, InterruptedException {
        reader.read(reader.find(run, action), Position.BEGIN, true, new LogReader.Sink() {
            @Override
            public void line(Position position, LogLineView line) throws IOException {
                lines.line(line);
            }

            @Override
            public void flush() throws IOException {
                lines.flush();
            }

            @Override
            public void silence() throws IOException {
                lines.silence();
            }

            @Override
            public void end() {}

            @Override
            public void breakOff() {}
        });
    }
}
