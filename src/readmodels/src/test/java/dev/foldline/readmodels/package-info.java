@NullMarked
package dev.foldline.readmodels;

import org.jspecify.annotations.NullMarked;
