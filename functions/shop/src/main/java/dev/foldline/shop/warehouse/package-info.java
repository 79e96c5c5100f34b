/** Reserves stock for orders, releases it, and takes it out. */
@NullMarked
package dev.foldline.shop.warehouse;

import org.jspecify.annotations.NullMarked;
