package dev.hearth.model;

import org.jspecify.annotations.Nullable;

/**
 * One fault in what somebody declared or sent.
 *
 * @param field path of the field in its document, such as {@code reuse.replicas}
 * @param value the value that was found there, or null if there was none
 * @param message what is wrong and what is allowed, as a sentence
 */
public record Violation(String field, @Nullable Object value, String message) {}
