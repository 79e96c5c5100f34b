/** A listener that nobody announced, as the page on the shop has it. */
@NullMarked
package dev.foldline.shop.loyalty;

import org.jspecify.annotations.NullMarked;
