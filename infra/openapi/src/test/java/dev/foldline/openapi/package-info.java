/** The bank, and functions of awkward inputs beside it, as their document says. */
@NullMarked
package dev.foldline.openapi;

import org.jspecify.annotations.NullMarked;
