/**
 * The simulator of pools: one pool, a virtual clock, arrivals and deaths drawn from a seed, and the real scaling policy. Pure:
 * the same questions have the same answers. The what-if of an environment runs it, and so do the proofs of the policy.
 */
@NullMarked
package dev.hearth.controlplane.simulation;

import org.jspecify.annotations.NullMarked;
