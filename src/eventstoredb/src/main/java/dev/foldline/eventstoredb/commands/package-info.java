/**
 * Commands, around the pure step of {@link dev.foldline.core.commands}: queues, batches, cached
 * states, the folding of streams.
 */
@NullMarked
package dev.foldline.eventstoredb.commands;

import org.jspecify.annotations.NullMarked;
