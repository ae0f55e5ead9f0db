/**
 * What slows the queue down before anybody feels it: dead rows, transactions that stay open, notifications that nobody reads. Watches
 * them, says so, and sheds reads that can wait while it lasts.
 */
@NullMarked
package dev.hearth.controlplane.health;

import org.jspecify.annotations.NullMarked;
