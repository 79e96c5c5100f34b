/**
 * All that speaks EventStoreDB, in rooms: how it is reached, how events are stored, how commands
 * are handled, where snapshots shorten a fold, and how subscriptions stay alive.
 */
@NullMarked
package dev.foldline.eventstoredb;

import org.jspecify.annotations.NullMarked;
