/** What executions print, kept by action. */
@NullMarked
package dev.hearth.controlplane.logs;

import org.jspecify.annotations.NullMarked;
