/** Items, and how many of each there are. */
@NullMarked
package dev.foldline.shop.inventory;

import org.jspecify.annotations.NullMarked;
