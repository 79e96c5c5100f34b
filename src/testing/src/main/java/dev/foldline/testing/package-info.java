/** Tests that read as sentences. */
@NullMarked
package dev.foldline.testing;

import org.jspecify.annotations.NullMarked;
