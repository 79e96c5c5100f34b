/**
 * The engine of reactions: it has effects take place that follow from events, exactly once in
 * effect, around the pure steps of {@link dev.foldline.core.effects}.
 */
@NullMarked
package dev.foldline.reactions;

import org.jspecify.annotations.NullMarked;
