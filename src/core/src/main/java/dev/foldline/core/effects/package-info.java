/**
 * How an effect comes to its outcome exactly once, as a pure step: it is told what happened, and
 * answers what is to be done next.
 */
@NullMarked
package dev.foldline.core.effects;

import org.jspecify.annotations.NullMarked;
