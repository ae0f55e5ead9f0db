package dev.hearth.controlplane.provisioning.process;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which variables of the server's environment reach processes that run the code of tasks: keys of clouds and other secrets of the
 * shell that it was started from do not.
 *
 * @param more names beside those that programs cannot do without; a {@code *} at the end stands for any rest
 */
record Inherited(List<String> more) {
    private static final List<String> ALWAYS = List.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "HOSTNAME",
            "LANG",
            "LANGUAGE",
            "LC_*",
            "TZ",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "LD_LIBRARY_PATH",
            "JAVA_HOME",
            "CUDA_VISIBLE_DEVICES",
            "NVIDIA_VISIBLE_DEVICES");

    /** What the server was told itself, whatever the list says. */
    private static final List<String> NEVER = List.of("HEARTH_*", "SPRING_*");

    /** A map of its own, to be added to. */
    Map<String, String> of(Map<String, String> environment) {
        Map<String, String> inherited = new TreeMap<>(environment);
        inherited.keySet().removeIf(name -> !(isIn(ALWAYS, name) || isIn(more, name)) || isIn(NEVER, name));
        return inherited;
    }

    static boolean isIn(List<String> names, String name) {
        return names.stream()
                .anyMatch(each ->
                        each.endsWith("*") ? name.startsWith(each.substring(0, each.length() - 1)) : name.equals(each));
    }
}
