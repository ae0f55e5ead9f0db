/** Replicas as local processes: child JVMs of the worker that comes along, or Python with the runner that comes along. */
@NullMarked
package dev.hearth.controlplane.provisioning.process;

import org.jspecify.annotations.NullMarked;
