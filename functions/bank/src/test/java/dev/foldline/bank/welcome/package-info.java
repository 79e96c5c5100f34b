/** A listener that nobody announced, as the page on reactions has it. */
@NullMarked
package dev.foldline.bank.welcome;

import org.jspecify.annotations.NullMarked;
