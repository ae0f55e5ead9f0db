/** What goes wrong, as answers that teach: RFC 9457 problems for everything that a client can get wrong. */
@NullMarked
package dev.hearth.controlplane.problem;

import org.jspecify.annotations.NullMarked;
