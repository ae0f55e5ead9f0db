/** Runs and their actions, as people and programs outside see them: submit, read, watch, cancel. */
@NullMarked
package dev.hearth.controlplane.run;

import org.jspecify.annotations.NullMarked;
