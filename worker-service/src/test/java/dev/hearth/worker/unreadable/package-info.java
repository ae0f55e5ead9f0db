/** Declarations that can be deployed nowhere. */
@NullMarked
package dev.hearth.worker.unreadable;

import org.jspecify.annotations.NullMarked;
