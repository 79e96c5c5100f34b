/**
 * EventStoreDB's gRPC services over the log: requests are taken apart, answered and refused here,
 * nowhere else.
 *
 * <p>Handlers run on Netty's event loops: they may hand work to the log, but never wait.
 */
@NullMarked
package dev.foldline.embedded.grpc;

import org.jspecify.annotations.NullMarked;
