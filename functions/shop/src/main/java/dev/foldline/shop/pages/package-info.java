/** Pages for people, which work with and without script. */
@NullMarked
package dev.foldline.shop.pages;

import org.jspecify.annotations.NullMarked;
