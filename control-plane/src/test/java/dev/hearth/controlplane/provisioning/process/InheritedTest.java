package dev.hearth.controlplane.provisioning.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InheritedTest {

    @Test
    void keysOfCloudsAndOtherSecretsOfTheShellStayBehind() {
        assertThat(inherited(List.of()))
                .containsExactlyInAnyOrder("PATH", "HOME", "LC_TIME", "TZ", "https_proxy", "SSL_CERT_FILE");
    }

    @Test
    void whatIsListedIsAddedByItsNameOrByItsBeginning() {
        assertThat(inherited(List.of("GITHUB_TOKEN", "AWS_*")))
                .contains("PATH", "GITHUB_TOKEN", "AWS_REGION", "AWS_SECRET_ACCESS_KEY")
                .doesNotContain("GITHUB_TOKEN_2", "PIP_INDEX_URL");
    }

    @Test
    void whatTheServerWasToldIsNeverPassedOn() {
        assertThat(inherited(List.of("*")))
                .contains("GITHUB_TOKEN", "PIP_INDEX_URL")
                .doesNotContain("HEARTH_TOKEN", "SPRING_DATASOURCE_PASSWORD");
    }

    private static Iterable<String> inherited(List<String> more) {
        Map<String, String> environment = Stream.of(
                        "PATH",
                        "HOME",
                        "LC_TIME",
                        "TZ",
                        "https_proxy",
                        "SSL_CERT_FILE",
                        "GITHUB_TOKEN",
                        "GITHUB_TOKEN_2",
                        "AWS_REGION",
                        "AWS_SECRET_ACCESS_KEY",
                        "PIP_INDEX_URL",
                        "HEARTH_TOKEN",
                        "SPRING_DATASOURCE_PASSWORD",
                        "PATHS")
                .collect(Collectors.toMap(name -> name, name -> "value"));
        return new Inherited(more).of(environment).keySet();
    }
}
