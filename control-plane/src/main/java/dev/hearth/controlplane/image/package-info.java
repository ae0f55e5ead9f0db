/** Images of Python environments: layers that are stored under a name, and the virtual environments that are made of them. */
@NullMarked
package dev.hearth.controlplane.image;

import org.jspecify.annotations.NullMarked;
