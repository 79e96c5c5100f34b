/** Raises an invoice for each order. */
@NullMarked
package dev.foldline.shop.billing;

import org.jspecify.annotations.NullMarked;
