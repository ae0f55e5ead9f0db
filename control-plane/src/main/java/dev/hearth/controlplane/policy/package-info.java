/**
 * The policy of pools: pure functions of a snapshot and a time. The autoscaler asks it about real pools, the simulator about
 * imagined ones, and both get the same answers because there is only one.
 */
@NullMarked
package dev.hearth.controlplane.policy;

import org.jspecify.annotations.NullMarked;
