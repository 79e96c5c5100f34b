/**
 * Deciders and reactions in memory, with all that networks and processes do to them: the same pure
 * steps as in an application, on a log of its own.
 */
@NullMarked
package dev.foldline.testing.simulation;

import org.jspecify.annotations.NullMarked;
