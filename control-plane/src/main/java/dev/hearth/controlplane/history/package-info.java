/** What is over: it leaves the hot tables after a rest, and goes when it is old. */
@NullMarked
package dev.hearth.controlplane.history;

import org.jspecify.annotations.NullMarked;
