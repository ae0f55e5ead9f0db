/**
 * The one way in which runs, actions and attempts change. Wishes gather while the previous transaction commits and go
 * together in the next one; after the commit the callers are answered, slots are filled and watchers are told.
 */
@NullMarked
package dev.hearth.controlplane.journal;

import org.jspecify.annotations.NullMarked;
