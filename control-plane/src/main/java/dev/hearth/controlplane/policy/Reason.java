package dev.hearth.controlplane.policy;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why a decision was made: the rule, and a sentence for people. The sentence is made when it is read: most decisions hold and
 * are never told.
 */
public record Reason(Rule rule, Supplier<String> sentence) {
    public static Reason because(Rule rule, String sentence) {
        return new Reason(rule, () -> sentence);
    }

    /** The same rule, said with an addition. */
    Reason and(Supplier<String> addition) {
        return new Reason(rule, () -> sentence.get() + addition.get());
    }

    Reason under(Rule another) {
        return new Reason(another, sentence);
    }

    /** Two reasons are equal if they say the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Reason reason
                && rule == reason.rule
                && toString().equals(reason.toString());
    }

    @Override
    public int hashCode() {
        return rule.hashCode();
    }

    @Override
    public String toString() {
        return sentence.get();
    }
}
