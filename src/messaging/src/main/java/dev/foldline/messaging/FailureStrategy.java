package dev.foldline.messaging;

import dev.foldline.eventstoredb.subscriptions.Delivery;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.config.Config;

/**
 * What becomes of an event whose message was not processed. Until it is settled, or put back, no
 * other event of its stream is handed out.
 */
@FunctionalInterface
public interface FailureStrategy {

  /**
   * Deals with the event, by one of the delivery's verbs.
   *
   * @return completes when that is done; if it fails, the channel ends with that failure. An event
   *     that is not settled then, or not within {@code settle-timeout} and {@code
   *     retry-max-backoff} together, is parked
   */
  Uni<Void> handle(Delivery delivery, Throwable reason);

  /** Makes the strategy of a channel. A bean with the strategy's name as {@code @Identifier}. */
  @FunctionalInterface
  interface Factory {

    /**
     * The strategy of a channel.
     *
     * @param config the channel's attributes
     */
    FailureStrategy create(String channel, Config config);
  }
}
