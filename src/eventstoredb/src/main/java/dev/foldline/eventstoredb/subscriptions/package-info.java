/** Subscriptions that stay alive, persistent and catch-up, with what is parked. */
@NullMarked
package dev.foldline.eventstoredb.subscriptions;

import org.jspecify.annotations.NullMarked;
