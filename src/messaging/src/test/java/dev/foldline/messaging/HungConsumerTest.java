package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.PersistentSubscriptionConnectionInfo;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers that do not come back from an event, or take none: neither holds up the others. */
class HungConsumerTest extends ChannelFixture {

  private static final Map<String, String> IMPATIENT = Map.of("settle-timeout", "200");

  private static List<String> names(AssertSubscriber<Message<?>> consumer) {
    return consumer.getItems().stream()
        .map(message -> payload(message).stream() + "@" + payload(message).revision())
        .toList();
  }

  @Test
  void an_event_that_is_not_settled_in_time_has_failed_and_its_stream_goes_on() throws Exception {
    server.append(n + "-1", 0, 2);
    server.append(n + "-2", 0, 1);
    IncomingChannel channel = incoming(STRATEGIES.park(), IMPATIENT);
    var consumer = consume(channel, Long.MAX_VALUE);
    consumer.awaitItems(2, LIMIT);
    Message<?> hung = consumer.getItems().getFirst();
    settle(consumer.getItems().get(1));

    Message<?> next = consumer.awaitItems(3, LIMIT).getLastItem();
    settle(next);

    assertThat(names(consumer)).containsExactlyInAnyOrder(n + "-1@0", n + "-2@0", n + "-1@1");
    assertThat(payload(hung).stream()).isEqualTo(n + "-1");
    assertThat(channel.health().hung()).isEqualTo(1);
    assertThat(liveness(channel).getChannels().getFirst().getMessage())
        .contains("does not come back from 1 events");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
    List<ParkedEvents.Parked> parked =
        new ParkedEvents(server.store(), own("numbers")).list(10).await().atMost(LIMIT);
    assertThat(parked.getFirst().reason()).contains("not settled within 200 ms");

    settle(hung);
    await().atMost(LIMIT).until(() -> channel.health().hung() == 0);
    assertThat(liveness(channel).isOk()).isTrue();
  }

  @Test
  void a_handler_that_fails_too_late_does_not_fail_again() throws Exception {
    server.append(n + "-1", 0, 1);
    List<Throwable> reasons = new CopyOnWriteArrayList<>();
    IncomingChannel channel =
        incoming(
            (_, _) ->
                (delivery, reason) -> {
                  reasons.add(reason);
                  delivery.skip("noted");
                  return Uni.createFrom().voidItem();
                },
            IMPATIENT);
    Message<?> hung = consume(channel, 1).awaitItems(1, LIMIT).getLastItem();
    await().atMost(LIMIT).until(() -> channel.health().hung() == 1);
    refuse(hung);
    await().atMost(LIMIT).until(() -> channel.health().hung() == 0);
    assertThat(reasons).hasSize(1).first().isInstanceOf(TimeoutException.class);
  }

  @Test
  void what_hangs_counts_against_its_concurrency() throws Exception {
    for (int stream = 0; stream < 5; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    IncomingChannel channel =
        incoming(STRATEGIES.skip(), Map.of("settle-timeout", "200", "max-concurrency", "2"));
    var consumer = consume(channel, Long.MAX_VALUE);
    await().atMost(LIMIT).until(() -> channel.health().hung() == 2);
    await().atMost(LIMIT).until(() -> channel.health().isHung());
    assertThat(consumer.getItems()).hasSize(2);
    assertThat(liveness(channel).isOk()).isFalse();

    settle(consumer.getItems().getFirst());

    consumer.awaitItems(3, LIMIT);
    await().atMost(LIMIT).until(() -> liveness(channel).isOk());
    assertThat(names(consumer)).doesNotHaveDuplicates();
  }

  @Test
  void what_is_given_up_is_settled_though_the_consumer_takes_nothing_more() throws Exception {
    server.append(n + "-1", 0, 1);
    server.append(n + "-2", 0, 1);
    IncomingChannel channel =
        incoming(STRATEGIES.park(), Map.of("settle-timeout", "200", "max-concurrency", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    Message<?> hung = consumer.awaitItems(1, LIMIT).getLastItem();

    await().atMost(LIMIT).until(() -> channel.health().describe().contains("closed until"));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));

    settle(hung);
    settle(consumer.awaitItems(2, LIMIT).getLastItem());
    assertThat(names(consumer)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_a_failure_strategy_does_not_settle_is_parked_and_its_stream_goes_on(boolean ends)
      throws Exception {
    server.append(n + "-1", 0, 2);
    Uni<Void> outcome = ends ? Uni.createFrom().voidItem() : Uni.createFrom().nothing();
    IncomingChannel channel =
        incoming(
            (_, _) -> (_, _) -> outcome, Map.of("settle-timeout", "200", "retry-max-backoff", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    settle(consumer.awaitItems(2, LIMIT).getLastItem());
    assertThat(names(consumer)).containsExactly(n + "-1@0", n + "-1@1");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
  }

  @Test
  void what_ends_the_channel_leaves_nothing_of_its_batch_in_hand() throws Exception {
    server.append(n + "-0", 0, 1);
    IncomingChannel channel =
        incoming(STRATEGIES.fail(), Map.of("batch", "true", "max-concurrency", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    Message<?> alone = consumer.awaitItems(1, LIMIT).getLastItem();
    for (int stream = 1; stream <= 20; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    await().atMost(LIMIT).until(() -> connections().getFirst().getInFlightMessages() == 21);
    settle(alone);
    Message<?> batch = consumer.awaitItems(2, LIMIT).getLastItem();
    assertThat((List<?>) batch.getPayload()).hasSizeGreaterThan(1);

    batch.nack(new IllegalStateException("refused"));

    consumer.awaitFailure(LIMIT);
    await().atMost(LIMIT).until(() -> channel.health().inHand() == 0);
  }

  @Test
  void the_events_of_a_consumer_that_takes_none_go_to_others_and_it_goes_on_when_it_is_back()
      throws Exception {
    for (int stream = 0; stream < 8; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    IncomingChannel stuck = incoming(STRATEGIES.skip(), IMPATIENT);
    var first = consume(stuck, 1);
    Message<?> hung = first.awaitItems(1, LIMIT).getLastItem();
    var second = consume(incoming(STRATEGIES.park(), Map.of()), Long.MAX_VALUE);
    second.awaitItems(7, LIMIT);
    assertThat(liveness(stuck).isOk()).isFalse();
    assertThat(parked()).isZero();
    for (Message<?> message : List.copyOf(second.getItems())) {
      settle(message);
    }

    settle(hung);
    first.request(100);
    await().atMost(LIMIT).until(() -> liveness(stuck).isOk());
    second.cancel();
    server.append(n + "-9", 0, 1);
    await().atMost(LIMIT).until(() -> names(first).contains(n + "-9@0"));
    assertThat(names(first)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(names(second));
  }

  @Test
  void while_a_consumer_pauses_its_events_wait_in_the_store_and_nothing_is_wrong()
      throws Exception {
    server.append(n + "-1", 0, 1);
    IncomingChannel channel = incoming(STRATEGIES.park(), IMPATIENT);
    var consumer = consume(channel, 0);
    await().atMost(LIMIT).until(() -> channel.health().describe().contains("closed until"));
    assertThat(consumers()).isZero();
    assertThat(liveness(channel).isOk()).isTrue();
    assertThat(health(channel, SubscriptionHealth::isSubscribed).isOk()).isTrue();

    consumer.request(1);

    settle(consumer.awaitItems(1, LIMIT).getLastItem());
    assertThat(consumers()).isEqualTo(1);
  }

  private int consumers() throws Exception {
    return connections().size();
  }

  private List<PersistentSubscriptionConnectionInfo> connections() throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(own("numbers"))
        .get(10, TimeUnit.SECONDS)
        .orElseThrow(() -> new Unavailable("no group"))
        .getConnections();
  }

  @Test
  void what_was_given_up_does_not_hold_up_the_end() {
    server.append(n + "-1", 0, 1);
    IncomingChannel channel =
        incoming(STRATEGIES.skip(), Map.of("settle-timeout", "200", "stop-timeout", "600000"));
    consume(channel, 1).awaitItems(1, LIMIT);
    channel.stop().await().atMost(LIMIT);
    assertThat(channel.health().hung()).isEqualTo(1);
  }

  @Test
  void a_retry_that_waits_for_longer_than_a_handler_may_is_not_given_up() throws Exception {
    server.append(n + "-1", 0, 1);
    IncomingChannel channel =
        incoming(
            STRATEGIES.retry(),
            Map.of("settle-timeout", "50", "retry-backoff", "3000", "retry-attempts", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    Message<?> again = consumer.awaitItems(2, LIMIT).getLastItem();
    assertThat(again.getMetadata(IncomingEvent.class).orElseThrow().attempts()).isEqualTo(2);
    settle(again);
    await().during(Duration.ofMillis(100)).atMost(LIMIT).until(() -> parked() == 0);
  }
}
