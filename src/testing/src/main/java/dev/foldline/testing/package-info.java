/** Tests that read as sentences, and neighbours that fail on demand. */
@NullMarked
package dev.foldline.testing;

import org.jspecify.annotations.NullMarked;
