/** Benchmarks: medians, 99th percentiles and the ratio to a floor or to a peer measured in the same run. */
@NullMarked
package dev.hearth.benchmarks;

import org.jspecify.annotations.NullMarked;
