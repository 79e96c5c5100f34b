/** Subscriptions that stay alive, and the SmallRye Reactive Messaging connector on them. */
@NullMarked
package dev.foldline.eventstoredb.connector;

import org.jspecify.annotations.NullMarked;
