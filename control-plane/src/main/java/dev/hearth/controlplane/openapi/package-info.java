/** The OpenAPI document. */
@NullMarked
package dev.hearth.controlplane.openapi;

import org.jspecify.annotations.NullMarked;
