/** Why is this waiting? Names the exact limit, slot, replica, pause or child that an action waits for. */
@NullMarked
package dev.hearth.controlplane.waiting;

import org.jspecify.annotations.NullMarked;
