/** Who may call: the token of the server and the join tokens of replicas. */
@NullMarked
package dev.hearth.controlplane.security;

import org.jspecify.annotations.NullMarked;
