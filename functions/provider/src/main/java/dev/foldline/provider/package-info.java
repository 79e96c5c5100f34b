/** A payment provider, as shops have them: a neighbour, which knows nothing of Foldline. */
@NullMarked
package dev.foldline.provider;

import org.jspecify.annotations.NullMarked;
