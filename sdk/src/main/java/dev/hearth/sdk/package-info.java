/**
 * Declare environments and tasks as values, call tasks as functions, start runs.
 *
 * <p>Begin with {@link dev.hearth.sdk.Environment#named} and {@link dev.hearth.sdk.Hearth#connect()}.
 */
@NullMarked
package dev.hearth.sdk;

import org.jspecify.annotations.NullMarked;
