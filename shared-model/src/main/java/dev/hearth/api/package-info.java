/** What travels over REST, as records: the server answers them, the SDK and the CLI read them. */
@NullMarked
package dev.hearth.api;

import org.jspecify.annotations.NullMarked;
