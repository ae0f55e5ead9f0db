/** The fault harness: breaks everything while work goes on, and proves from the history that nothing was lost. */
@NullMarked
package dev.hearth.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;
