package dev.hearth.controlplane.flyte.connect;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.problem.QueryValues;
import flyteidl2.dataproxy.TailLogsRequest;
import flyteidl2.dataproxy.TailLogsResponse;
import flyteidl2.imagebuilder.GetImageRequest;
import flyteidl2.imagebuilder.GetImageResponse;
import flyteidl2.imagebuilder.Image;
import flyteidl2.logs.dataplane.LogLine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;

/** Two services of the API that do what a request names. */
final class PlayedServices {
    static final String GET_IMAGE = "flyteidl2.imagebuilder.ImageService/GetImage";
    static final String TAIL_LOGS = "flyteidl2.dataproxy.DataProxyService/TailLogs";

    /** What the unary calls asked for that have come as far as their handler. */
    final BlockingQueue<String> served = new LinkedBlockingQueue<>();

    /** Lets calls that wait go on. */
    final Semaphore released = new Semaphore(0);

    /** Lines for the streams that follow; each goes to one of them. */
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** Why followed streams went. */
    final BlockingQueue<String> gone = new LinkedBlockingQueue<>();

    private volatile ServerStream<?> following;

    ConnectService images() {
        return new ConnectService() {
            @Override
            public String name() {
                return "flyteidl2.imagebuilder.ImageService";
            }

            @Override
            public void bind(Methods methods) {
                methods.unary("GetImage", GetImageRequest.getDefaultInstance(), PlayedServices.this::getImage);
            }
        };
    }

    ConnectService logs() {
        return new ConnectService() {
            @Override
            public String name() {
                return "flyteidl2.dataproxy.DataProxyService";
            }

            @Override
            public void bind(Methods methods) {
                methods.stream("TailLogs", TailLogsRequest.getDefaultInstance(), PlayedServices.this::tailLogs);
            }
        };
    }

    /** Hands a line to the streams that follow. */
    void say(String line) {
        lines.add(line);
        following.ring();
    }

    private GetImageResponse getImage(GetImageRequest request) throws InterruptedException {
        String name = request.getId().getName();
        served.add(name);
        if (name.equals("wait")) {
            released.acquire();
            served.add("released");
        }
        fail(name);
        return GetImageResponse.newBuilder()
                .setImage(Image.newBuilder().setFqin("found:" + name))
                .build();
    }

    private void tailLogs(TailLogsRequest request, ServerStream<TailLogsResponse> stream)
            throws IOException, InterruptedException {
        String name = request.getActionId().getName();
        if (name.matches("count \\d{1,4}")) {
            int count = Integer.parseInt(name.substring(6));
            for (int i = 0; i < count; i++) {
                stream.send(line("line " + i));
            }
        } else if (name.matches("large \\d{1,6}")) {
            stream.send(line("x".repeat(Integer.parseInt(name.substring(6)))));
        } else if (name.equals("follow")) {
            follow(stream);
        } else {
            stream.send(line("before"));
            fail(name);
            stream.send(line("found:" + name));
        }
    }

    private void follow(ServerStream<TailLogsResponse> stream) throws IOException, InterruptedException {
        following = stream;
        stream.send(line("following"));
        try {
            while (stream.isOpen()) {
                for (String next = lines.poll(); next != null; next = lines.poll()) {
                    stream.send(line(next));
                }
                stream.await(Duration.ofMinutes(1));
            }
            gone.add("closed");
        } catch (IOException e) {
            gone.add("client gone");
            throw e;
        }
    }

    private static void fail(String name) {
        switch (name) {
            case "connect" -> throw new ConnectException(Code.ABORTED, "The run was aborted.");
            case "invalid" -> QueryValues.name("project", "9lives");
            case "missing" -> throw ProblemException.notFound("There is no run 'x'.");
            case "conflict" -> throw ProblemException.conflict("It has ended.");
            case "busy" ->
                throw new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "Busy", "Come back later.", List.of());
            case "database" -> throw new DataAccessResourceFailureException("secret host db-7 is away");
            case "bug" -> throw new IllegalStateException("secret detail");
            default -> {}
        }
    }

    static TailLogsResponse line(String text) {
        return TailLogsResponse.newBuilder()
                .addLogs(TailLogsResponse.Logs.newBuilder()
                        .addLines(LogLine.newBuilder().setMessage(text)))
                .build();
    }
}
