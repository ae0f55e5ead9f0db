@NullUnmarked
package dev.hearth.controlplane.waiting;

import org.jspecify.annotations.NullUnmarked;
