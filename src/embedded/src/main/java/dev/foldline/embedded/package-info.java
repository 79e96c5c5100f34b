/** An event store that speaks EventStoreDB's gRPC protocol. */
@NullMarked
package dev.foldline.embedded;

import org.jspecify.annotations.NullMarked;
