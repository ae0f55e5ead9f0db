/** Programs to read, to deploy and to run. */
@NullMarked
package dev.hearth.examples;

import org.jspecify.annotations.NullMarked;
