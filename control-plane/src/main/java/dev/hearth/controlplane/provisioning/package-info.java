/** Makes what runs match what is wanted: starts replicas, notices their ends, ends what nobody wants. */
@NullMarked
package dev.hearth.controlplane.provisioning;

import org.jspecify.annotations.NullMarked;
