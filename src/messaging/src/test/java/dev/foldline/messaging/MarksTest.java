package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.testing.StoreRequests;
import io.smallrye.mutiny.Multi;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A channel from streams with marks")
class MarksTest extends ChannelFixture {

  /** Marks alone; marks before an event, between two, and behind the last. */
  @BeforeEach
  void append() {
    mark(n + "-1", true);
    mark(n + "-1", false);
    mark(n + "-2", true);
    server.append(n + "-2", 0, 1);
    mark(n + "-2", false);
    mark(n + "-2", false);
    server.append(n + "-2", 1, 1);
    mark(n + "-2", false);
  }

  private void mark(String stream, boolean begins) {
    server.store().append(stream, List.of(StoreRequests.mark(begins))).await().atMost(LIMIT);
  }

  private void awaitNothingLeft() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              var stats =
                  server
                      .official()
                      .subscriptions()
                      .getInfoToAll(own("numbers"))
                      .get()
                      .orElseThrow()
                      .getStats();
              assertThat(
                      stats.getTotalInFlightMessages()
                          + stats.getLiveBufferCount()
                          + stats.getReadBufferCount()
                          + stats.getParkedMessageCount())
                  .isZero();
            });
  }

  @Test
  void settles_them_and_hands_out_the_others() throws Exception {
    IncomingChannel channel = incoming(STRATEGIES.park(), Map.of());
    var consumer = consume(channel, Long.MAX_VALUE);
    settle(consumer.awaitItems(1, LIMIT).getLastItem());
    settle(consumer.awaitItems(2, LIMIT).getLastItem());

    awaitNothingLeft();
    assertThat(consumer.getItems())
        .extracting(message -> payload(message).stream() + "@" + payload(message).revision())
        .containsExactly(n + "-2@1", n + "-2@4");
  }

  @Test
  void has_none_of_them_in_its_batches() throws Exception {
    IncomingChannel channel =
        incoming(STRATEGIES.park(), Map.of("batch", "true", "batch-size", "3"));
    var consumer = consume(channel, Long.MAX_VALUE);
    List<Long> revisions = new CopyOnWriteArrayList<>();
    for (int batch = 1; revisions.size() < 2; batch++) {
      Message<?> message = consumer.awaitItems(batch, LIMIT).getItems().get(batch - 1);
      for (Object event : (List<?>) message.getPayload()) {
        revisions.add(((Recorded<?>) event).revision());
      }
      settle(message);
    }

    awaitNothingLeft();
    assertThat(revisions).containsExactly(1L, 4L);
  }

  @Test
  void takes_none_that_is_made_to_look_like_one() {
    OutgoingChannel channel =
        new OutgoingChannel(
            new EventStoreConnectorOutgoingConfiguration(config(Map.of())), server.store());
    List<Throwable> nacks = new CopyOnWriteArrayList<>();
    Message<String> message =
        Message.of(
                "{\"format\":1,\"refused\":\"\"}",
                () -> CompletableFuture.completedStage(null),
                reason -> {
                  nacks.add(reason);
                  return CompletableFuture.completedStage(null);
                })
            .addMetadata(OutgoingEvent.to(n + "-3", StoredEvent.MARK));

    Multi.createFrom().<Message<?>>item(message).subscribe().withSubscriber(channel.subscriber());

    await().atMost(LIMIT).until(() -> nacks.size() == 1);
    assertThat(nacks.getFirst()).hasMessageContaining("'foldline-handled' is reserved");
    assertThat(server.store().remaining(n + "-3", 0, 1).await().atMost(LIMIT)).isEmpty();
  }
}
