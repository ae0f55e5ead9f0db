@NullMarked
package dev.hearth.controlplane.waiting;

import org.jspecify.annotations.NullMarked;
