/** Gets orders from their placing to their shipping, or undoes what was done. */
@NullMarked
package dev.foldline.shop.fulfilment;

import org.jspecify.annotations.NullMarked;
