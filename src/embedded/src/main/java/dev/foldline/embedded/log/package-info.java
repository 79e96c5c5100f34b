/**
 * The log: every event in one total order on SQLite, written by one thread with group commit and
 * read through snapshots.
 *
 * <p>{@link dev.foldline.embedded.log.EventLog} is the way in. Nothing here knows gRPC.
 */
@NullMarked
package dev.foldline.embedded.log;

import org.jspecify.annotations.NullMarked;
