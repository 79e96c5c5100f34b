package dev.foldline.bank;

import static org.awaitility.Awaitility.await;

import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.arc.Arc;
import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import java.time.Duration;

/**
 * Waits before each test inside the application until its event store answers: the application
 * starts before that, and a loaded machine may take seconds.
 */
public final class StoreIsThere implements QuarkusTestBeforeEachCallback {

  @Override
  public void beforeEach(QuarkusTestMethodContext test) {
    if (Arc.container() == null) {
      return; // the application is in a process of its own
    }
    EventStore store = Arc.container().instance(EventStore.class).get();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () ->
                store
                    .remaining("account-none", 0, 1)
                    .await()
                    .atMost(Duration.ofSeconds(10))
                    .isEmpty());
  }
}
