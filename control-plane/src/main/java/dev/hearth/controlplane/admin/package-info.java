/** Pages for people: what is warm, what runs, what a run did. Server-rendered; fragments refresh themselves. */
@NullMarked
package dev.hearth.controlplane.admin;

import org.jspecify.annotations.NullMarked;
