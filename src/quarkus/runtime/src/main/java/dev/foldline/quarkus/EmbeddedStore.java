package dev.foldline.quarkus;

import dev.foldline.embedded.EmbeddedEventStore;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The event store inside the application. It is no bean of applications that do not bring {@code
 * foldline-embedded}, nor of native executables.
 */
@Singleton
class EmbeddedStore {

  private final FoldlineConfig config;
  private @Nullable EmbeddedEventStore store;

  EmbeddedStore(FoldlineConfig config) {
    this.config = config;
  }

  /**
   * Starts it.
   *
   * @return its connection string
   */
  String start() {
    store =
        StorePorts.start(
            EmbeddedEventStore.builder().data(config.data().resolve("eventstore")),
            config.embedded().port(),
            "foldline.embedded.port");
    return store.connectionString();
  }

  @PreDestroy
  void stop() {
    if (store != null) {
      store.close();
    }
  }
}
