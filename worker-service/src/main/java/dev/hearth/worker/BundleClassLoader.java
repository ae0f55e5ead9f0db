package dev.hearth.worker;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks in the bundle first, so that tasks use the library versions that they brought along; what tasks and worker share
 * (the SDK, JSON, logging, Spring and its annotations) comes from the worker, and what is Java's own from Java.
 */
final class BundleClassLoader extends URLClassLoader {
    private static final String SERVICES = "META-INF/services/";

    // Logging: SLF4J answers loggers of the worker's Logback, which tasks may want to cast. Spring itself logs through
    // commons-logging, which looks for its parts through the thread's context loader.
    private static final List<String> SHARED = List.of(
            "dev.hearth.sdk.",
            "dev.hearth.api.",
            "dev.hearth.model.",
            "tools.jackson.",
            "com.fasterxml.jackson.annotation.",
            "org.slf4j.",
            "ch.qos.logback.",
            "org.apache.commons.logging.",
            "org.springframework.",
            "jakarta.annotation.",
            "org.jspecify.");

    /** Old libraries bring copies of packages that have long been Java's (org.w3c.dom, javax.xml): two of them do not mix. */
    private static final Set<String> PLATFORM_PACKAGES = ModuleLayer.boot().modules().stream()
            .flatMap(module -> module.getPackages().stream())
            .collect(Collectors.toUnmodifiableSet());

    static {
        registerAsParallelCapable();
    }

    BundleClassLoader(Path jar, ClassLoader worker) {
        super("bundle", new URL[] {url(jar)}, worker);
    }

    /** Does what may run code of the bundle, with this loader as the context loader of the thread meanwhile. */
    <T> T within(Supplier<T> work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(this);
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (comesFromTheWorker(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try {
                return findClass(name);
            } catch (ClassNotFoundException notInBundle) {
                return super.loadClass(name, resolve);
            }
        }
    }

    private static boolean comesFromTheWorker(String name) {
        return SHARED.stream().anyMatch(name::startsWith)
                || PLATFORM_PACKAGES.contains(name.substring(0, Math.max(0, name.lastIndexOf('.'))));
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own == null && !isServiceOfItsOwn(name) ? super.getResource(name) : own;
    }

    /** What the bundle has comes first here, too. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> found = new ArrayList<>(Collections.list(findResources(name)));
        if (!isServiceOfItsOwn(name)) {
            found.addAll(Collections.list(getParent().getResources(name)));
        }
        return Collections.enumeration(found);
    }

    /** The worker's providers implement the worker's copy of an interface: to a bundle that has one of its own they are none. */
    private boolean isServiceOfItsOwn(String resource) {
        if (!resource.startsWith(SERVICES)) {
            return false;
        }
        String service = resource.substring(SERVICES.length());
        return !comesFromTheWorker(service) && findResource(service.replace('.', '/') + ".class") != null;
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(jar + " is no path", e);
        }
    }
}
