/** Bank accounts: the reference context. */
@NullMarked
package dev.foldline.bank;

import org.jspecify.annotations.NullMarked;
