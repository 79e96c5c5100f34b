@NullMarked
package dev.foldline.messaging;

import org.jspecify.annotations.NullMarked;
