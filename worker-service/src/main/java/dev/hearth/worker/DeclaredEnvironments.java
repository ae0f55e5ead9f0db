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
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
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
            for (Environment environment : of(className, loader)) {
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
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream().toList()) {
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
        }
        return names;
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

    private static Collection<Environment> of(String className, ClassLoader loader) {
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
            throw new IllegalStateException("class " + className + " cannot be loaded: " + cause, e);
        }
    }
}
