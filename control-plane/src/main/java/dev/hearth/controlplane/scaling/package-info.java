/**
 * Scaling: how many replicas each pool should have. A pure policy decides, a job applies it to the database. It never
 * talks to workers: it writes what is wanted, and others act on it.
 */
@NullMarked
package dev.hearth.controlplane.scaling;

import org.jspecify.annotations.NullMarked;
