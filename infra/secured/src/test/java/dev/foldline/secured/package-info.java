@NullMarked
package dev.foldline.secured;

import org.jspecify.annotations.NullMarked;
