/** What the command handler is compared with. */
@NullMarked
package dev.foldline.bench.functions;

import org.jspecify.annotations.NullMarked;
