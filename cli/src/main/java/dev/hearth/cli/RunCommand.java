package dev.hearth.cli;

import dev.hearth.api.RunView;
import dev.hearth.api.RunView.ErrorView;
import dev.hearth.api.SubmittedRun;
import dev.hearth.model.ActionPhase;
import dev.hearth.sdk.HearthException;
import dev.hearth.sdk.LogTail;
import dev.hearth.sdk.Rest;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "run",
        description = "Run a deployed task and wait for its output, with a live bar of its actions.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "ENV", description = "Environment.")
    private String environment = "";

    @Parameters(index = "1", paramLabel = "TASK", description = "Task.")
    private String task = "";

    @Option(
            names = "--input",
            paramLabel = "JSON",
            description = "Input of the task, e.g. '{\"n\": 500}'; @FILE reads it from a file, @- from standard input.")
    private @Nullable String input;

    @Option(
            names = "--overrides",
            paramLabel = "JSON",
            description =
                    "What this call changes of its task: {\"retries\": 3, \"timeout\": \"PT1M\", \"queueTimeout\": 30,"
                            + " \"priority\": 10, \"reusable\": \"off\", \"resources\": {\"memory\": \"2Gi\"}}; or @FILE, @-.")
    private @Nullable String overrides;

    @Option(names = "--idempotency-key", description = "The same key starts a run only once.")
    private @Nullable String idempotencyKey;

    @Option(names = "--follow", description = "Print what the root action prints, live, instead of the bar.")
    private boolean follow;

    @Option(names = "--detach", description = "Do not wait: print name and address of the run.")
    private boolean detach;

    @Option(names = "--json", description = "Print the run as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (detach && follow) {
            throw new UsageException("--detach does not wait; leave --follow out, and read with: hearth logs RUN -f");
        }
        try (Rest rest = connection.open()) {
            SubmittedRun submitted = submit(rest);
            PrintWriter out = spec.commandLine().getOut();
            if (detach) {
                out.println(json ? JSON.writeValueAsString(submitted) : submitted.name() + "\n" + submitted.url());
                return 0;
            }
            spec.commandLine().getErr().println(submitted.url());
            if (follow) {
                LogsCommand.print(new LogTail(rest, submitted.name(), "a0", true), false, spec.commandLine());
            }
            RunView run =
                    Progress.until(rest, submitted.name(), spec.commandLine().getErr());
            if (json) {
                out.println(rest.text("/api/v1/runs/" + run.name()));
            } else if (run.phase() == ActionPhase.SUCCEEDED) {
                out.println(run.output() == null ? "null" : run.output());
            } else {
                spec.commandLine().getErr().println(failure(run));
            }
            return run.phase() == ActionPhase.SUCCEEDED ? 0 : HearthCommand.RUN_FAILED;
        }
    }

    private SubmittedRun submit(Rest rest) {
        try {
            return rest.send("POST", "/api/v1/runs?" + connection.project(), body(), SubmittedRun.class);
        } catch (HearthException e) {
            boolean needsInput =
                    e.errors().stream().anyMatch(error -> error.field().equals("input"));
            if (input == null && needsInput) {
                throw new UsageException(e.getMessage() + "\nGive the task its input: --input JSON");
            }
            throw e;
        }
    }

    private Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("environment", environment);
        body.put("task", task);
        if (input != null) {
            body.put("input", JsonOption.read("--input", input));
        }
        if (overrides != null) {
            body.put("overrides", JsonOption.read("--overrides", overrides));
        }
        if (idempotencyKey != null) {
            body.put("idempotencyKey", idempotencyKey);
        }
        return body;
    }

    private static String failure(RunView run) {
        ErrorView error = run.error();
        if (error == null) {
            return "run " + run.name() + " ended " + run.phase();
        }
        String code = error.code().equals(run.phase().name()) ? "" : " (" + error.code() + ")";
        return run.phase() + code + ": " + words(error);
    }

    /** A stack begins with the message. */
    private static String words(ErrorView error) {
        String details = Objects.requireNonNullElse(error.details(), "").stripTrailing();
        if (details.isEmpty() || details.startsWith(error.message())) {
            return details.isEmpty() ? error.message() : details;
        }
        return error.message() + "\n" + details;
    }
}
