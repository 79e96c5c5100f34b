/** What the payment provider does. */
@NullMarked
package dev.foldline.shop.payment;

import org.jspecify.annotations.NullMarked;
