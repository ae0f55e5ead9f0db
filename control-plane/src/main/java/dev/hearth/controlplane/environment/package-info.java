/** Environments: their specs, code bundles, versions and deployment. */
@NullMarked
package dev.hearth.controlplane.environment;

import org.jspecify.annotations.NullMarked;
