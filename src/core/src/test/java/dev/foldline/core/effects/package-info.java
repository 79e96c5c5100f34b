@NullMarked
package dev.foldline.core.effects;

import org.jspecify.annotations.NullMarked;
