/** PostgreSQL: the server that was configured, or a real one that comes along. */
@NullMarked
package dev.hearth.controlplane.database;

import org.jspecify.annotations.NullMarked;
