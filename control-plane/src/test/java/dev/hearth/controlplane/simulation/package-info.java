@NullMarked
package dev.hearth.controlplane.simulation;

import org.jspecify.annotations.NullMarked;
