/** Orders: what was ordered, and whether it is shipped or comes to nothing. */
@NullMarked
package dev.foldline.shop.order;

import org.jspecify.annotations.NullMarked;
