/**
 * Runs that were asked for inside somebody's own transaction, with the SQL function {@code hearth_submit}: makes a run of each that
 * was committed, exactly once.
 */
@NullMarked
package dev.hearth.controlplane.submission;

import org.jspecify.annotations.NullMarked;
