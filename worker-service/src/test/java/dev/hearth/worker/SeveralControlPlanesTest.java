package dev.hearth.worker;

import static dev.hearth.worker.FakeControlPlane.attempt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hearth.sdk.Environment;
import dev.hearth.wire.ControlFrame;
import dev.hearth.wire.Hello;
import dev.hearth.wire.Welcome;
import dev.hearth.wire.WorkerFrame;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A replica whose control plane goes away finds another. */
class SeveralControlPlanesTest {

    @Test
    void aReplicaGoesOnAtTheControlPlaneThatItWasToldOf() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Environment environment = Environment.named("env");
        environment.task("waiting", Integer.class, Integer.class, x -> {
            gate.await();
            return x;
        });
        try (LiveReplica replica = LiveReplica.of(environment);
                FakeControlPlane other = new FakeControlPlane()) {
            replica.controlPlane().assign(attempt(1), "waiting", "7");
            replica.controlPlane().await(frame -> frame.getAcknowledgementsCount() > 0);
            replica.controlPlane().send(ControlFrame.newBuilder().addEndpoints(other.endpoint()));

            replica.controlPlane().close();

            Hello hello = other.await(WorkerFrame::hasHello).getHello();
            assertThat(hello.getRunningList()).containsExactly(attempt(1));
            other.send(ControlFrame.newBuilder().setWelcome(Welcome.newBuilder().setHeartbeatMillis(50)));
            gate.countDown();
            assertThat(other.await(frame -> frame.getReportsCount() > 0)
                            .getReports(0)
                            .getOutput()
                            .getValue()
                            .toStringUtf8())
                    .isEqualTo("7");
        }
    }

    @Test
    void endpointsAreTriedInTurnAndThoseGivenAtTheStartAreNeverForgotten() {
        Endpoints endpoints = new Endpoints("a:1,b:1");
        assertThat(endpoints.current()).isEqualTo("a:1");

        endpoints.learn(List.of("a:1", "c:1"));
        assertThat(turns(endpoints, 4)).containsExactly("c:1", "b:1", "a:1", "c:1");

        endpoints.learn(List.of("d:1"));
        assertThat(endpoints.current()).as("learning changes no turn").isEqualTo("c:1");
        assertThat(turns(endpoints, 4)).containsExactly("d:1", "a:1", "b:1", "c:1");
    }

    private static List<String> turns(Endpoints endpoints, int count) {
        return Stream.generate(() -> {
                    endpoints.next();
                    return endpoints.current();
                })
                .limit(count)
                .toList();
    }
}
