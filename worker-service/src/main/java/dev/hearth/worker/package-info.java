/** The replica: hosts tasks in a process that stays alive, and speaks the worker protocol. */
@NullMarked
package dev.hearth.worker;

import org.jspecify.annotations.NullMarked;
