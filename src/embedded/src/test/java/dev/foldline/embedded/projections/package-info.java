@NullMarked
package dev.foldline.embedded.projections;

import org.jspecify.annotations.NullMarked;
