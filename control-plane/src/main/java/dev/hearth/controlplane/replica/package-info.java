/** Replicas: their streams, their leases, their ends. */
@NullMarked
package dev.hearth.controlplane.replica;

import org.jspecify.annotations.NullMarked;
