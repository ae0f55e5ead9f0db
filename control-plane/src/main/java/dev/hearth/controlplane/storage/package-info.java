/** Bytes that are too large for a row, named by their content, in a folder or in a bucket. */
@NullMarked
package dev.hearth.controlplane.storage;

import org.jspecify.annotations.NullMarked;
