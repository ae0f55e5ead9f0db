package dev.hearth.cli;

import dev.hearth.sdk.Hearth;
import dev.hearth.sdk.Rest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every verb that calls a server. */
final class Connection {
    @Option(
            names = "--endpoint",
            description = "Address of the server (default: HEARTH_ENDPOINT, else " + Hearth.DEFAULT_ENDPOINT + ").")
    private @Nullable String endpoint;

    @Option(names = "--token", description = "Token of the server (default: HEARTH_TOKEN).")
    private @Nullable String token;

    @Option(
            names = "--project",
            defaultValue = "default",
            description =
                    "Project of the environments (default: ${DEFAULT-VALUE}). Runs and replicas are named alike in all of them.")
    private String project = "default";

    Rest open() {
        return open(System.getenv());
    }

    Rest open(Map<String, String> variables) {
        String address =
                endpoint != null ? endpoint : variables.getOrDefault("HEARTH_ENDPOINT", Hearth.DEFAULT_ENDPOINT);
        try {
            return new Rest(address, token != null ? token : variables.get("HEARTH_TOKEN"));
        } catch (IllegalArgumentException e) {
            throw new UsageException((endpoint != null ? "--endpoint: " : "HEARTH_ENDPOINT: ") + e.getMessage());
        }
    }

    String project() {
        return "project=" + encoded(project);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
