/** Declarations as people write them, for tests that find and describe them. */
@NullMarked
package dev.hearth.worker.declared;

import org.jspecify.annotations.NullMarked;
