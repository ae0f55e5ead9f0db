/** The control plane. Each package below is one capability. */
@NullMarked
package dev.hearth.controlplane;

import org.jspecify.annotations.NullMarked;
