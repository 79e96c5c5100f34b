/** The shop: what its contexts have in common. */
@NullMarked
package dev.foldline.shop;

import org.jspecify.annotations.NullMarked;
