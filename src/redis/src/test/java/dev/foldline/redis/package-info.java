@NullMarked
package dev.foldline.redis;

import org.jspecify.annotations.NullMarked;
