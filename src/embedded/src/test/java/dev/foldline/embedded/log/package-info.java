/** Tests of the log itself. */
@NullMarked
package dev.foldline.embedded.log;

import org.jspecify.annotations.NullMarked;
