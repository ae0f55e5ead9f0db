@NullMarked
package dev.hearth.controlplane.policy;

import org.jspecify.annotations.NullMarked;
