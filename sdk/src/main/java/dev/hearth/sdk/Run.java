package dev.hearth.sdk;

import dev.hearth.api.LogLineView;
import dev.hearth.api.RunView;
import dev.hearth.api.RunView.ErrorView;
import dev.hearth.model.ActionPhase;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.function.Consumer;

/** A run on the server. Thread-safe. */
public final class Run<O> {
    static final String LONG_POLL = "?wait=30s";
    private static final int UNREACHABLE = 0;
    private static final int UNAVAILABLE = 503;
    private static final int PATIENCE_SECONDS = 60;

    private final Rest rest;
    private final String name;
    private final String url;
    private final Type output;

    Run(Rest rest, String name, String url, Type output) {
        this.rest = rest;
        this.name = name;
        this.url = url;
        this.output = output;
    }

    public String name() {
        return name;
    }

    /** Address of its page. */
    public String url() {
        return url;
    }

    /** How it stands now. */
    public RunView view() {
        return rest.get("/api/v1/runs/" + name, RunView.class);
    }

    /**
     * Waits for its end and answers its output. A server that restarts meanwhile is waited for, up to a minute.
     *
     * @throws TaskFailed if it failed or was cancelled
     */
    public O await() {
        return outputs(output);
    }

    /** As {@link #await()}. */
    public O outputs() {
        return await();
    }

    /** As {@link #await()}, read as another type. */
    public <T> T outputs(Class<T> type) {
        return outputs((Type) type);
    }

    private <T> T outputs(Type type) {
        return outputs(ended(), type);
    }

    /** From how it stood just now. */
    <T> T outputs(RunView known, Type type) {
        RunView view = known.phase().isTerminal() ? known : ended();
        if (view.phase() == ActionPhase.SUCCEEDED) {
            return Json.read(view.output(), type);
        }
        ErrorView error = view.error() == null ? new ErrorView(view.phase().name(), "", null) : view.error();
        throw new TaskFailed(name, error.code(), error.message(), error.details(), null);
    }

    /** The run goes on while its server restarts, so waiting for it does too. */
    private RunView ended() {
        int silent = 0;
        while (true) {
            try {
                RunView view = rest.get("/api/v1/runs/" + name + LONG_POLL, RunView.class);
                if (view.phase().isTerminal()) {
                    return view;
                }
                silent = 0;
            } catch (HearthException e) {
                boolean away = e.status() == UNREACHABLE || e.status() == UNAVAILABLE;
                if (!away || ++silent > PATIENCE_SECONDS) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    private static void pause(HearthException because) {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw because;
        }
    }

    /** Aborts it with all its actions. */
    public void cancel() {
        rest.send("POST", "/api/v1/runs/" + name + "/cancel", null, Object.class);
    }

    /** What its root action has printed so far. */
    public String logs() {
        return rest.text("/api/v1/runs/" + name + "/actions/a0/logs");
    }

    /** Hands on each line that its root action prints, as it comes, and returns when the action has ended. */
    public void followLogs(Consumer<LogLineView> reader) {
        new LogTail(rest, name, "a0", true).read(reader);
    }
}
