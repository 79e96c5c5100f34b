/** What people see of orders, across the contexts. */
@NullMarked
package dev.foldline.shop.overview;

import org.jspecify.annotations.NullMarked;
