@NullMarked
package dev.foldline.core;

import org.jspecify.annotations.NullMarked;
