/** What Foldline reaches on the machine at hand. */
@NullMarked
package dev.foldline.bench;

import org.jspecify.annotations.NullMarked;
