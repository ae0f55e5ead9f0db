/** Tasks that answer their inputs, for tests of how values travel. */
@NullMarked
package dev.hearth.worker.echoed;

import org.jspecify.annotations.NullMarked;
