/** Which free slot an action goes to. Memory only: the slots of the replicas that are connected here, and who waits. */
@NullMarked
package dev.hearth.controlplane.scheduling;

import org.jspecify.annotations.NullMarked;
