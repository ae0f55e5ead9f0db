package dev.hearth.cli;

import dev.hearth.api.BundleView;
import dev.hearth.api.BundleView.DeclaredEnvironment;
import dev.hearth.api.Deployment;
import dev.hearth.api.EnvironmentSpec;
import dev.hearth.sdk.Rest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "deploy",
        description = "Deploy every environment that a jar declares.",
        mixinStandardHelpOptions = true)
final class DeployCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    @Mixin
    private Connection connection = new Connection();

    @Parameters(paramLabel = "JAR", description = "A jar with classes that declare dev.hearth.sdk.Environment fields.")
    private Path jar = Path.of("");

    @Option(names = "--json", description = "Print the deployments as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new UsageException(
                    Files.isDirectory(jar) ? jar + " is a folder; deploy takes a jar" : "there is no file " + jar);
        }
        if (!Files.isReadable(jar)) {
            throw new UsageException("the file " + jar + " may not be read");
        }
        try (Rest rest = connection.open()) {
            BundleView bundle = rest.upload(
                    "/api/v1/bundles", Files.readAllBytes(jar), "application/java-archive", BundleView.class);
            List<Deployment> deployments = new ArrayList<>();
            for (DeclaredEnvironment declared : bundle.environments()) {
                Deployment deployment = deploy(rest, declared, bundle.sha256(), connection.project());
                deployments.add(deployment);
                if (!json) {
                    print(deployment);
                }
            }
            if (json) {
                spec.commandLine()
                        .getOut()
                        .println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(deployments));
            }
        }
        return 0;
    }

    private void print(Deployment deployment) {
        spec.commandLine().getOut().printf("%s version %s%n", deployment.name(), deployment.version());
        deployment.warnings().forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
    }

    static Deployment deploy(Rest rest, DeclaredEnvironment declared, String bundle, String project) {
        EnvironmentSpec plain = declared.spec();
        EnvironmentSpec complete = plain.withBundle(bundle);
        return rest.send(
                "PUT",
                "/api/v1/environments/" + Connection.encoded(declared.name()) + "?" + project,
                complete,
                Deployment.class);
    }
}
