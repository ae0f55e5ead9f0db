/** Bytes that are too large for a row, in files named by their content. */
@NullMarked
package dev.hearth.controlplane.storage;

import org.jspecify.annotations.NullMarked;
