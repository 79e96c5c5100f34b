/** What is in {@code infra}, held to the schemas of its platforms and to itself. */
@NullMarked
package dev.foldline.infra;

import org.jspecify.annotations.NullMarked;
