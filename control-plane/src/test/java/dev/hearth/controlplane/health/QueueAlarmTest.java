package dev.hearth.controlplane.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hearth.controlplane.health.QueueFigures.OldTransaction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueAlarmTest {
    private static final QueueHealthSettings LIMITS =
            new QueueHealthSettings(Duration.ofSeconds(5), 1000, 0.2, Duration.ofSeconds(60), 0.5, true);

    @ParameterizedTest
    @CsvSource({
        "100, 1000, false", // not more than allowed
        "100, 1001, true",
        "5005, 1001, false", // not more than 20 % of the live ones
        "5004, 1001, true",
        "0, 1001, true"
    })
    void deadRowsAlarmWhenTheyAreManyAndManyBesideTheLiveOnes(long live, long dead, boolean alarm) {
        assertThat(QueueAlarm.of(new QueueFigures(live, dead, null, 0), LIMITS).isOn())
                .isEqualTo(alarm);
    }

    @Test
    void aTransactionAlarmsWhenItIsOpenLongerThanAllowedAndIsNamedWithItsRemedy() {
        assertThat(of(open(Duration.ofSeconds(60)), 0).isOn()).isFalse();
        QueueAlarm alarm = of(open(Duration.ofMillis(60_001)), 0);
        assertThat(alarm.isOn()).isTrue();
        assertThat(alarm.text())
                .contains("pid 4711", "application 'nightly report'", "user bob", "idle in transaction", "SELECT 1")
                .contains("pg_terminate_backend(4711)");
    }

    @Test
    void notificationsAlarmWhenTheirQueueIsHalfFull() {
        assertThat(of(null, 0.5).isOn()).isFalse();
        assertThat(of(null, 0.51).text()).contains("51 % full");
    }

    @Test
    void eachFaultIsNamed() {
        assertThat(QueueAlarm.of(new QueueFigures(0, 5000, open(Duration.ofHours(1)), 1), LIMITS)
                        .faults())
                .hasSize(3);
        assertThat(QueueAlarm.of(QueueFigures.NONE, LIMITS)).isEqualTo(QueueAlarm.NONE);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QueueHealthSettings(Duration.ofSeconds(5), 1, 0.2, Duration.ZERO, 0.5, true))
                .withMessageContaining("hearth.queue-health.oldest-transaction must be at least 1s");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new QueueHealthSettings(Duration.ofSeconds(5), 1, 0.2, Duration.ofSeconds(60), 1.5, true))
                .withMessageContaining("hearth.queue-health.notifications must be above 0 and at most 1");
    }

    @Test
    void pagesAndListsCanWaitAndWorkCannot() {
        assertThat(List.of(
                        "GET /",
                        "GET /runs/r1",
                        "GET /fragments/overview",
                        "GET /environments/e",
                        "GET /api/v1/runs",
                        "GET /api/v1/runs/r1/actions",
                        "GET /api/v1/environments/e/decisions",
                        "POST /api/v1/environments/e/what-if"))
                .allMatch(QueueAlarmTest::canWait);
        assertThat(List.of(
                        "POST /api/v1/runs",
                        "POST /api/v1/runs:batch",
                        "GET /api/v1/runs/r1",
                        "GET /api/v1/runs/r1/events",
                        "GET /api/v1/runs/r1/actions/a0",
                        "GET /api/v1/runs/r1/actions/a0/logs",
                        "POST /api/v1/runs/r1/cancel",
                        "GET /api/v1/environments/e/replicas",
                        "PUT /api/v1/environments/e",
                        "GET /api/v1/bundles/0/content",
                        "GET /actuator/health",
                        "GET /hearth.css"))
                .noneMatch(QueueAlarmTest::canWait);
    }

    private static boolean canWait(String call) {
        String[] words = call.split(" ");
        return LoadShedding.canWait(words[0], words[1]);
    }

    private static QueueAlarm of(OldTransaction oldest, double notifications) {
        return QueueAlarm.of(new QueueFigures(0, 0, oldest, notifications), LIMITS);
    }

    private static OldTransaction open(Duration open) {
        return new OldTransaction(4711, "nightly report", "bob", "idle in transaction", open, 12, "SELECT 1");
    }
}
