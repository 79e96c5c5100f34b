@NullMarked
package dev.foldline.embedded.persistent;

import org.jspecify.annotations.NullMarked;
