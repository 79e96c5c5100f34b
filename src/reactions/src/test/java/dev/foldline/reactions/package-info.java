@NullMarked
package dev.foldline.reactions;

import org.jspecify.annotations.NullMarked;
