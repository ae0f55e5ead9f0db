package dev.hearth.sdk;

import dev.hearth.api.LogLineView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an action has printed, line by line. A connection that breaks is opened again behind the last line that was read:
 * none is lost, none comes twice.
 */
public final class LogTail {
    private static final int UNREACHABLE = 0;
    private static final int UNAVAILABLE = 503;
    private static final int PATIENCE_SECONDS = 60;

    private final Rest rest;
    private final String path;
    private @Nullable String lastId;
    private boolean opened;

    /**
     * @param action name of the action, {@code a0} is the root
     * @param follow go on until the action has ended
     */
    public LogTail(Rest rest, String run, String action, boolean follow) {
        this.rest = rest;
        this.path = "/api/v1/runs/" + encoded(run) + "/actions/" + encoded(action) + "/logs?follow=" + follow;
    }

    /**
     * Hands on each line, on the caller's thread, and returns after the last. A server that restarts meanwhile is waited for,
     * up to a minute.
     */
    public void read(Consumer<LogLineView> reader) {
        int silent = 0;
        while (true) {
            try {
                if (readOnce(reader)) {
                    return;
                }
                silent = 0;
            } catch (HearthException e) {
                boolean away = e.status() == UNREACHABLE || e.status() == UNAVAILABLE;
                // A server that was never there is told at once.
                if (!away || !opened || ++silent > PATIENCE_SECONDS) {
                    throw e;
                }
            }
            pause();
        }
    }

    /** Answers whether the end has come; if not, the connection has broken. */
    private boolean readOnce(Consumer<LogLineView> reader) {
        Map<String, String> headers = lastId == null
                ? Map.of("Accept", "text/event-stream")
                : Map.of("Accept", "text/event-stream", "Last-Event-ID", lastId);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(rest.stream(path, headers), StandardCharsets.UTF_8))) {
            opened = true;
            String id = "";
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring("event: ".length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ") && event.equals("end")) {
                    return true;
                } else if (line.startsWith("data: ")) {
                    reader.accept(Json.LENIENT.readValue(line.substring("data: ".length()), LogLineView.class));
                    lastId = id;
                }
            }
        } catch (IOException e) {
            // Broken off: the next connection goes on behind the last line.
        }
        return false;
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HearthException("interrupted while reading a log", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
