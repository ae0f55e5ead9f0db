package dev.hearth.worker;

import dev.hearth.sdk.Environment;
import dev.hearth.wire.WorkerFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A replica of one environment that a fake control plane has taken in. */
record LiveReplica(FakeControlPlane controlPlane, CompletableFuture<Integer> exitCode) implements AutoCloseable {

    static LiveReplica of(Environment environment) throws IOException, InterruptedException {
        HostedTasks tasks = new HostedTasks(ClassLoader.getSystemClassLoader());
        tasks.host(environment);
        return of(tasks);
    }

    static LiveReplica of(HostedTasks tasks) throws IOException, InterruptedException {
        FakeControlPlane controlPlane = new FakeControlPlane();
        WorkerSettings settings = new WorkerSettings(
                7,
                "token",
                controlPlane.endpoint(),
                "",
                "",
                4,
                Path.of("."),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                false);
        Outbox outbox = new Outbox();
        Replica replica = new Replica(settings, new Executions(tasks, outbox, settings, Clock.systemUTC()), outbox);
        CompletableFuture<Integer> exitCode = CompletableFuture.supplyAsync(
                replica::run, work -> Thread.ofPlatform().daemon().start(work));
        controlPlane.await(WorkerFrame::hasHello);
        controlPlane.welcome();
        return new LiveReplica(controlPlane, exitCode);
    }

    @Override
    public void close() {
        controlPlane.close();
    }
}
