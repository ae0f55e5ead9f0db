/** What if: the simulator on the recorded arrivals of an environment, under policies that are only proposed. */
@NullMarked
package dev.hearth.controlplane.whatif;

import org.jspecify.annotations.NullMarked;
