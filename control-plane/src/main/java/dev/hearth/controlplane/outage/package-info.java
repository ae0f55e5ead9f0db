/**
 * What is away, and for how long: tells failures of a database session from those of what was asked, says each outage in a few
 * lines however many loops meet it, and shows it in health and readiness.
 */
@NullMarked
package dev.hearth.controlplane.outage;

import org.jspecify.annotations.NullMarked;
