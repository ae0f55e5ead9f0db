package dev.hearth.worker;

import dev.hearth.sdk.Environment;
import dev.hearth.sdk.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Finds the environments of a jar without being told where: classes with a static field of type {@link Environment}, and
 * Spring configurations with a method that answers one. Classes with a static field of type {@link Task} are loaded too, since
 * they may declare tasks of an environment that stands elsewhere; no others are.
 */
final class DeclaredEnvironments {
    private static final String ENVIRONMENT = "Ldev/hearth/sdk/Environment;";
    private static final String TASK = "Ldev/hearth/sdk/Task;";
    private static final String CLASS = ".class";

    private DeclaredEnvironments() {}

    /** Runs the static initialisers of these classes, and Spring, in the world of the bundle. */
    static List<Environment> load(Path jar, BundleClassLoader loader) {
        return loader.within(() -> declaredIn(jar, loader));
    }

    private static List<Environment> declaredIn(Path jar, ClassLoader loader) {
        Map<String, Environment> byName = new LinkedHashMap<>();
        for (String className : declaringClasses(jar)) {
            for (Environment environment : of(className, jar, loader)) {
                Environment other = byName.putIfAbsent(environment.name(), environment);
                if (other != null && other != environment) {
                    throw new IllegalStateException("two environments are named " + environment.name() + ": in "
                            + other.declaredIn().getName() + " and in " + className);
                }
            }
        }
        return List.copyOf(byName.values());
    }

    private static List<String> declaringClasses(Path jar) {
        List<String> names = new ArrayList<>();
        // Of a jar with classes for several releases of Java, those that will be loaded.
        try (JarFile file = new JarFile(jar.toFile(), true, ZipFile.OPEN_READ, JarFile.runtimeVersion())) {
            requirePlain(file);
            for (JarEntry entry : file.versionedStream().toList()) {
                String name = entry.getName();
                if (name.endsWith(CLASS) && !name.endsWith("-info.class") && !name.startsWith("META-INF/")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        if (declares(ClassFile.of().parse(in.readAllBytes()))) {
                            names.add(name.substring(0, name.length() - CLASS.length())
                                    .replace('/', '.'));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + jar, e);
        } catch (SecurityException e) {
            throw new IllegalStateException(
                    "the jar's signature does not fit its content: " + e.getMessage()
                            + " (a jar that was put together of signed ones keeps their META-INF/*.SF: leave those out)",
                    e);
        }
        return names;
    }

    /** Executable jars of Spring Boot, and web archives, look like jars, but their classes lie deeper, and their libraries in jars. */
    private static void requirePlain(JarFile file) {
        for (String folder : List.of("BOOT-INF", "WEB-INF")) {
            if (file.getEntry(folder + "/classes/") != null || file.getEntry(folder + "/lib/") != null) {
                throw new IllegalStateException(
                        "the jar has its classes in " + folder + "/classes and its libraries as jars within the jar, "
                                + "which are not read: deploy the plain jar, with its libraries in it as classes (a shaded jar)");
            }
        }
    }

    /** What may be the reason that a class was not found. */
    private static String hint(Path jar, Throwable fault) {
        if (!(fault instanceof NoClassDefFoundError) && !(fault instanceof ClassNotFoundException)) {
            return "";
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String others =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (others != null) {
                return " (the manifest's Class-Path names " + others + ": only the jar itself is deployed)";
            }
            return file.stream().anyMatch(entry -> entry.getName().endsWith(".jar"))
                    ? " (jars within the jar are not read)"
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean declares(ClassModel type) {
        return type.fields().stream()
                        .anyMatch(field -> field.flags().has(AccessFlag.STATIC)
                                && (field.fieldType().equalsString(ENVIRONMENT)
                                        || field.fieldType().equalsString(TASK)))
                || type.methods().stream()
                        .anyMatch(method -> method.methodType().stringValue().endsWith(")" + ENVIRONMENT)
                                && !method.flags().has(AccessFlag.PRIVATE)
                                && !method.flags().has(AccessFlag.SYNTHETIC));
    }

    private static Collection<Environment> of(String className, Path jar, ClassLoader loader) {
        try {
            Class<?> type = Class.forName(className, true, loader);
            if (AnnotatedElementUtils.hasAnnotation(type, Configuration.class)) {
                AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
                context.setClassLoader(loader);
                context.register(type);
                context.refresh();
                return context.getBeansOfType(Environment.class).values();
            }
            List<Environment> environments = new ArrayList<>();
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == Environment.class) {
                    field.setAccessible(true);
                    Environment environment = (Environment) field.get(null);
                    if (environment != null) {
                        environments.add(environment);
                    }
                }
            }
            return environments;
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException("class " + className + " cannot be loaded: " + cause + hint(jar, cause), e);
        }
    }
}
