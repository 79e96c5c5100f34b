/** Writes to customers. */
@NullMarked
package dev.foldline.shop.notify;

import org.jspecify.annotations.NullMarked;
