/**
 * Persistent subscriptions: groups of consumers that share the events of a stream or of {@code
 * $all}.
 *
 * <p>{@link dev.foldline.embedded.persistent.ConsumerGroup} decides, without I/O, clock or threads;
 * the rest of the package reads, writes and talks to consumers for it.
 */
@NullMarked
package dev.foldline.embedded.persistent;

import org.jspecify.annotations.NullMarked;
