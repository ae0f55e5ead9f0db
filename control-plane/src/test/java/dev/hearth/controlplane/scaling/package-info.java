@NullMarked
package dev.hearth.controlplane.scaling;

import org.jspecify.annotations.NullMarked;
