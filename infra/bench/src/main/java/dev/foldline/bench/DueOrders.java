package dev.foldline.bench;

import dev.foldline.core.Causation;
import dev.foldline.core.Recorded;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Has standing orders fall due, each in a stream of its own, and sees by a subscription when the
 * reaction has paid them.
 */
final class DueOrders implements AutoCloseable {

  /** Those that are not paid yet, by the id of their event. */
  private final Awaited unpaid;

  /**
   * One of them.
   *
   * @param appended its event stands in the log
   * @param paid the event of its effect was seen; fails where its own was not appended
   */
  record Order(CompletionStage<?> appended, CompletableFuture<Void> paid) {}

  DueOrders(String connectionString) {
    unpaid = new Awaited(connectionString, "account", DueOrders::cause);
  }

  private static Optional<String> cause(Recorded<?> deposit) {
    return deposit.metadata().get(Causation.CAUSATION) instanceof String cause
        ? Optional.of(cause)
        : Optional.empty();
  }

  /** One falls due that goes to an account. */
  Order of(String account) {
    UUID id = UUID.randomUUID();
    CompletableFuture<Void> paid = unpaid.of(id.toString());
    String order = "{\"account\":\"%s\",\"cents\":1}".formatted(account);
    return new Order(
        unpaid
            .append("order-" + id, id, "order-due", order)
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    paid.completeExceptionally(failure);
                  }
                }),
        paid);
  }

  @Override
  public void close() {
    unpaid.close();
  }
}
