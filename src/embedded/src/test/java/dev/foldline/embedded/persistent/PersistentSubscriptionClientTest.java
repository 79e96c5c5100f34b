package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.CreatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.DeletePersistentSubscriptionOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.PersistentSubscriptionToAllInfo;
import com.eventstore.dbclient.ReplayParkedMessagesOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscriptionFilter;
import dev.foldline.embedded.EmbeddedEventStore;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Contract 6 as the official client sees it: what Foldline's own connector relies on. */
@Timeout(60)
class PersistentSubscriptionClientTest {
  private static final String GROUP = "accounts";
  private static final int SECONDS = 20;

  private record Delivered(PersistentSubscription subscription, int retries, ResolvedEvent event) {
    String type() {
      return event.getEvent().getEventType();
    }
  }

  /** A store, and the two clients that talk to it. */
  private static final class Session implements AutoCloseable {
    private final EmbeddedEventStore store;
    private final EventStoreDBClient streams;
    private final EventStoreDBPersistentSubscriptionsClient groups;
    private final BlockingQueue<Delivered> delivered = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> cancelled = new CompletableFuture<>();

    private Session(Path directory) {
      store = EmbeddedEventStore.builder().data(directory).fsync(false).projections(false).start();
      var settings = EventStoreDBConnectionString.parseOrThrow(store.connectionString());
      streams = EventStoreDBClient.create(settings);
      groups = EventStoreDBPersistentSubscriptionsClient.create(settings);
    }

    private void create() {
      finish(
          groups.createToAll(
              GROUP,
              CreatePersistentSubscriptionToAllOptions.get()
                  .fromStart()
                  .checkpointLowerBound(1)
                  .checkpointUpperBound(1)
                  .filter(
                      SubscriptionFilter.newBuilder()
                          .withStreamNameRegularExpression("^account-")
                          .build())));
    }

    private void append(String stream, String type) {
      finish(
          streams.appendToStream(
              stream, EventData.builderAsJson(type, new byte[] {'{', '}'}).build()));
    }

    private PersistentSubscription subscribe() {
      return done(
          groups.subscribeToAll(
              GROUP,
              new PersistentSubscriptionListener() {
                @Override
                public void onEvent(
                    PersistentSubscription subscription, int retries, ResolvedEvent event) {
                  delivered.add(new Delivered(subscription, retries, event));
                }

                @Override
                public void onCancelled(
                    PersistentSubscription subscription, @Nullable Throwable failure) {
                  if (failure != null) {
                    cancelled.complete(failure);
                  }
                }
              }));
    }

    private Delivered next() throws InterruptedException {
      var next = delivered.poll(SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("Nothing was delivered in time");
      }
      return next;
    }

    private PersistentSubscriptionToAllInfo info() {
      return done(groups.getInfoToAll(GROUP)).orElseThrow();
    }

    @Override
    public void close() {
      finish(streams.shutdown());
      finish(groups.shutdown());
      store.close();
    }
  }

  private static <T> T done(CompletableFuture<T> future) {
    return future.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  private static void finish(CompletableFuture<?> future) {
    future.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  @Test
  @DisplayName(
      "6 a filtered group on $all: delivery, retry, park, replay, and on from the checkpoint after a restart")
  void whole_life(@TempDir Path directory) throws InterruptedException {
    try (var session = new Session(directory)) {
      session.create();
      session.append("other-1", "o0");
      session.append("account-1", "a0");
      session.append("account-2", "a1");
      session.subscribe();
      var first = session.next();
      var second = session.next();
      assertThat(first.type()).isEqualTo("a0");
      assertThat(second.type()).isEqualTo("a1");

      first.subscription().nack(NackAction.Retry, "later", first.event());
      var again = session.next();
      assertThat(again.type()).isEqualTo("a0");
      assertThat(again.retries()).isEqualTo(1);
      again.subscription().nack(NackAction.Park, "poison", again.event());
      await().until(() -> session.info().getStats().getParkedMessageCount() == 1);

      finish(session.groups.replayParkedMessagesToAll(GROUP, ReplayParkedMessagesOptions.get()));
      var replayed = session.next();
      assertThat(replayed.type()).isEqualTo("a0");
      assertThat(replayed.event().getLink()).isNotNull();
      replayed.subscription().ack(replayed.event());
      second.subscription().ack(second.event());
      await().until(() -> session.info().getStats().getLastCheckpointedEventPosition() != null);
    }
    try (var session = new Session(directory)) {
      session.append("account-1", "a2");
      session.subscribe();
      var next = session.next();
      while (!next.type().equals("a2")) {
        assertThat(next.type()).as("acknowledged after the last checkpoint").isEqualTo("a1");
        next = session.next();
      }
      assertThat(next.retries()).isZero();
    }
  }

  @Test
  @DisplayName("6.8 a deleted group cancels its subscriptions")
  void dropped(@TempDir Path directory) {
    try (var session = new Session(directory)) {
      session.create();
      session.subscribe();
      finish(session.groups.deleteToAll(GROUP, DeletePersistentSubscriptionOptions.get()));
      assertThat(done(session.cancelled)).isNotNull();
      assertThat(done(session.groups.getInfoToAll(GROUP))).isEmpty();
    }
  }
}
