package dev.hearth.controlplane.image;

import dev.hearth.controlplane.image.Layer.Env;
import dev.hearth.controlplane.image.Layer.PipPackages;
import dev.hearth.controlplane.image.Layer.Requirements;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What pip is asked for, in order, to make an image's virtual environment.
 *
 * @param notes for people, on what was left out
 */
record PipPlan(List<Step> steps, List<String> notes) {
    /** What tasks are written against, unless a layer brings another. */
    static final String FLYTE = "flyte==2.12.1";

    /** A reference runtime for reusable replicas: in its place stands the runner, which is added to every environment. */
    private static final String OTHER_RUNNER = "unionai-reuse";

    private static final Pattern NAME = Pattern.compile(
            "\\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\\s*(?:[\\[(<>=!~;@#,\\\\\\s].*)?", Pattern.DOTALL);

    /** A line of a requirements file goes on where it ends with a backslash. */
    private static final Pattern LINE = Pattern.compile("(?:[^\\\\\n]|\\\\(?:\r?\n)?)+");

    /**
     * One call of pip.
     *
     * @param arguments options and packages
     * @param requirements text of a requirements file; null = none
     */
    record Step(List<String> arguments, @Nullable String requirements) {}

    static PipPlan of(ImageLayers image) {
        List<Step> steps = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        if (image.layers().stream().flatMap(PipPlan::packages).noneMatch(names("flyte"))) {
            steps.add(new Step(List.of(FLYTE), null));
        }
        for (Layer layer : image.layers()) {
            List<String> wanted = packages(layer).toList();
            List<String> kept =
                    wanted.stream().filter(names(OTHER_RUNNER).negate()).toList();
            if (kept.size() < wanted.size()) {
                notes.add(OTHER_RUNNER + " is left out. It is not needed: Hearth's own runner takes its place.");
            }
            if (kept.isEmpty()) {
                continue;
            }
            switch (layer) {
                case PipPackages pip ->
                    steps.add(new Step(
                            Stream.concat(pip.options().arguments().stream(), kept.stream())
                                    .toList(),
                            null));
                case Requirements requirements ->
                    steps.add(new Step(requirements.options().arguments(), String.join("\n", kept) + "\n"));
                case Env env -> {}
            }
        }
        return new PipPlan(List.copyOf(steps), List.copyOf(notes));
    }

    private static Stream<String> packages(Layer layer) {
        return switch (layer) {
            case PipPackages pip -> pip.packages().stream();
            case Requirements requirements ->
                LINE.matcher(requirements.text())
                        .results()
                        .map(line -> line.group().strip());
            case Env env -> Stream.empty();
        };
    }

    /** Whether a requirement is of this package, whatever its spelling, version and extras; an address may hold the name anywhere. */
    private static Predicate<String> names(String wanted) {
        return requirement -> {
            Matcher matcher = NAME.matcher(requirement);
            if (matcher.matches()) {
                return normalized(matcher.group(1)).equals(wanted);
            }
            return requirement.contains("://")
                    && Stream.of(requirement.split("[/=&#?@]", -1))
                            .map(PipPlan::normalized)
                            .anyMatch(part -> part.equals(wanted) || part.startsWith(wanted + "-"));
        };
    }

    /** As the index of packages compares names. */
    private static String normalized(String name) {
        return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
    }
}
