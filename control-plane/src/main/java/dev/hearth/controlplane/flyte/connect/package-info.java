/**
 * The Connect protocol, unary calls and server streams over HTTP/1.1, as clients of the Flyte API speak it. Knows how calls travel, not what
 * they mean: services bind their methods.
 */
@NullMarked
package dev.hearth.controlplane.flyte.connect;

import org.jspecify.annotations.NullMarked;
