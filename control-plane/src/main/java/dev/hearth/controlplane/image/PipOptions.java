package dev.hearth.controlplane.image;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How pip is asked for the packages of one layer.
 *
 * @param indexUrl instead of pip's own index; null = pip's own
 * @param extraIndexUrls beside that index
 * @param pre whether pre-releases count
 * @param extraArgs further options of pip, as one would type them; null = none
 */
public record PipOptions(
        @Nullable String indexUrl,
        List<String> extraIndexUrls,
        boolean pre,
        @Nullable String extraArgs) {
    public static final PipOptions NONE = new PipOptions(null, List.of(), false, null);

    private static final Pattern ARGUMENT = Pattern.compile("(?:[^\\s\"']|\"[^\"]*\"|'[^']*')+");

    public PipOptions {
        extraIndexUrls = List.copyOf(extraIndexUrls);
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (indexUrl != null) {
            arguments.addAll(List.of("--index-url", indexUrl));
        }
        extraIndexUrls.forEach(url -> arguments.addAll(List.of("--extra-index-url", url)));
        if (pre) {
            arguments.add("--pre");
        }
        if (extraArgs != null) {
            ARGUMENT.matcher(extraArgs)
                    .results()
                    .map(MatchResult::group)
                    .map(argument -> argument.replaceAll("[\"']", ""))
                    .forEach(arguments::add);
        }
        return arguments;
    }
}
