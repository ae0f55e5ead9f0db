package dev.hearth.model;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one replica may use.
 *
 * @param cpu cores, as {@code "1"}, {@code "0.5"} or thousandths {@code "500m"}; more than 0
 * @param memory bytes, as {@code "512Mi"}, {@code "1Gi"}, {@code "1G"} or a plain number; at least 16 MiB
 * @param gpu whole devices, 0 or more
 */
public record Resources(String cpu, String memory, int gpu) {

    private static final Pattern CPU = Pattern.compile("(\\d{1,6})(m)?|(\\d{1,4}\\.\\d{1,3})");
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,18})([KMGT]i?)?");
    private static final String UNITS = "KMGT";
    private static final long LEAST_MEMORY = 16L << 20;

    /** What a replica gets when nothing is declared. Stands below the constants that its check reads. */
    public static final Resources DEFAULT = new Resources("1", "1Gi", 0);

    /** Refuses what cannot be read, naming the field and what is allowed. */
    public Resources {
        if (!CPU.matcher(cpu).matches() || millis(cpu) <= 0) {
            throw refused("cpu", cpu, "must be cores (\"1\", \"0.5\") or thousandths (\"500m\"), more than 0");
        }
        if (!isMemory(memory)) {
            throw refused(
                    "memory",
                    memory,
                    "must be bytes with an optional unit (\"512Mi\", \"1Gi\", \"2G\"), at least 16Mi");
        }
        if (gpu < 0) {
            throw refused("gpu", gpu, "must be 0 or more");
        }
    }

    public static Resources of(String cpu, String memory) {
        return new Resources(cpu, memory, 0);
    }

    /** Thousandths of a core. */
    public int cpuMillis() {
        return millis(cpu);
    }

    public long memoryBytes() {
        return bytes(memory);
    }

    static boolean isMemory(String size) {
        return MEMORY.matcher(size).matches() && bytes(size) >= LEAST_MEMORY;
    }

    private static int millis(String cpu) {
        return cpu.endsWith("m")
                ? Integer.parseInt(cpu.substring(0, cpu.length() - 1))
                : (int) Math.round(Double.parseDouble(cpu) * 1000);
    }

    static long bytes(String memory) {
        Matcher matcher = MEMORY.matcher(memory);
        if (!matcher.matches()) {
            return 0;
        }
        String unit = matcher.group(2);
        if (unit == null) {
            return Long.parseLong(matcher.group(1));
        }
        long base = unit.endsWith("i") ? 1024 : 1000;
        double factor = Math.pow(base, UNITS.indexOf(unit.charAt(0)) + 1);
        return (long) Math.min(Long.MAX_VALUE, Long.parseLong(matcher.group(1)) * factor);
    }

    private static InvalidSpecException refused(String field, Object value, String rule) {
        return new InvalidSpecException(List.of(new Violation(field, value, rule)));
    }
}
