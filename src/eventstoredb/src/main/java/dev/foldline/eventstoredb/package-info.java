/** Everything that touches the EventStoreDB client. */
@NullMarked
package dev.foldline.eventstoredb;

import org.jspecify.annotations.NullMarked;
