/**
 * The door of Flyte's SDK: the services that it calls, over the one engine. Nothing is scheduled here and no state of an action is kept
 * here. What was declared and called goes into tables of this package, and into the inputs of actions.
 */
@NullMarked
package dev.hearth.controlplane.flyte;

import org.jspecify.annotations.NullMarked;
