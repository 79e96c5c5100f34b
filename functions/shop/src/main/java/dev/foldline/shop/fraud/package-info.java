/** Looks at orders before money moves. */
@NullMarked
package dev.foldline.shop.fraud;

import org.jspecify.annotations.NullMarked;
