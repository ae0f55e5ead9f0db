/** Pools: what makes two deployments share warm replicas, and the rows of pools. */
@NullMarked
package dev.hearth.controlplane.pool;

import org.jspecify.annotations.NullMarked;
