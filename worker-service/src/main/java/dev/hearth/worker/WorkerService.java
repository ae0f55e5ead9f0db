package dev.hearth.worker;

import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Hosting;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import sun.misc.Signal;

/**
 * The replica's process. Exit codes: 0 = drained or told to end, 1 = could not start, 3 = the control plane did not take it
 * in, 4 = no control plane for too long, 5 = out of memory, 143 = told to end while it was busy.
 */
@SpringBootApplication
@EnableConfigurationProperties(WorkerSettings.class)
public class WorkerService {

    public static void main(String[] args) {
        Hosting.becomeReplica();
        CommonPoolThreads.install();
        // First: what the bundle's static fields make of System.out (a logger's console, for example) must be what
        // tasks print to.
        CapturedOutput.install();
        ConfigurableApplicationContext context = SpringApplication.run(WorkerService.class, args);
        if (context.getBean(WorkerSettings.class).train()) {
            Training.run(context);
            System.exit(SpringApplication.exit(context));
        }
        // Memory that runs out where no task runs leaves the process half alive.
        Thread.setDefaultUncaughtExceptionHandler((where, fault) -> {
            if (fault instanceof OutOfMemoryError) {
                Runtime.getRuntime().halt(Replica.OUT_OF_MEMORY);
            }
            fault.printStackTrace();
        });
        Replica replica = context.getBean(Replica.class);
        // Without a handler the exit code of an idle replica that was told to end would be 143, as if it had failed.
        Signal.handle(new Signal("TERM"), signal -> System.exit(replica.isIdle() ? 0 : Replica.TERMINATED));
        System.exit(replica.run());
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Outbox outbox() {
        return new Outbox();
    }

    /** Environments that are beans, and those of the bundle. */
    @Bean
    HostedTasks hostedTasks(WorkerSettings settings, ObjectProvider<Environment> beans) {
        HostedTasks tasks = settings.bundle().isEmpty()
                ? new HostedTasks(WorkerService.class.getClassLoader())
                : BundleCode.fetch(settings).tasks();
        beans.forEach(tasks::host);
        return tasks;
    }
}
