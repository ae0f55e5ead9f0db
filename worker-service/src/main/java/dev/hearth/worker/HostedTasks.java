package dev.hearth.worker;

import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The tasks that this process can run. */
final class HostedTasks {
    private final ClassLoader loader;
    private final Map<String, Environment> environments = new ConcurrentHashMap<>();

    /** @param loader finds the classes and resources of the tasks: the context loader of the threads that run them */
    HostedTasks(ClassLoader loader) {
        this.loader = loader;
    }

    ClassLoader loader() {
        return loader;
    }

    void host(Environment environment) {
        Environment known = environments.putIfAbsent(environment.name(), environment);
        if (known != null && known != environment) {
            throw new IllegalStateException("two environments are named " + environment.name() + ": in "
                    + known.declaredIn().getName() + " and in "
                    + environment.declaredIn().getName());
        }
    }

    Optional<Task<?, ?>> find(String environment, String task) {
        return Optional.ofNullable(environments.get(environment))
                .flatMap(found -> Optional.ofNullable(found.tasks().get(task)));
    }
}
