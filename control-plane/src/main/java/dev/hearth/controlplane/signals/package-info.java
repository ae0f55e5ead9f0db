/**
 * Wake-ups between the loops of one control plane, and what it tells the others. A signal may be lost: every loop also looks
 * on its own now and then.
 */
@NullMarked
package dev.hearth.controlplane.signals;

import org.jspecify.annotations.NullMarked;
