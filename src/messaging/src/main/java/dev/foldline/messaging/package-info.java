/** The connector of SmallRye Reactive Messaging: channels over subscriptions. */
@NullMarked
package dev.foldline.messaging;

import org.jspecify.annotations.NullMarked;
