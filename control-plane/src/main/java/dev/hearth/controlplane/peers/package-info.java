/** The control planes that share one database: who is alive, where replicas reach them, and what they tell each other. */
@NullMarked
package dev.hearth.controlplane.peers;

import org.jspecify.annotations.NullMarked;
