package dev.hearth.controlplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand hours of every kind of load, half of them under each of the two policies. */
class SimulationReportTest {
    private static final int HOURS = 10_000;

    @Test
    void noLawIsBrokenInTenThousandHours() throws InterruptedException {
        SimulationReport report = new SimulationReport(HOURS / 2, 1);
        long before = System.nanoTime();

        List<SimulationReport.Line> lines = report.play();

        report.print(lines, Duration.ofNanos(System.nanoTime() - before), System.out);
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.violations()).as(line.scenario()).isEmpty();
            assertThat(line.waits().count()).as("all that arrived was served").isEqualTo(line.arrivals());
        });
        assertThat(lines.stream().mapToDouble(SimulationReport.Line::hours).sum())
                .isGreaterThanOrEqualTo(HOURS);
    }
}
