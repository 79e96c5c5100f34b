package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Appended;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.HistoryWarning;
import dev.foldline.eventstoredb.subscriptions.Logged;
import dev.foldline.eventstoredb.subscriptions.ParkedEvents;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import dev.foldline.testing.StoreRequests;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.smallrye.reactive.messaging.ce.IncomingCloudEventMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The channels of the connector, by what goes into them and comes out. */
class ChannelsTest extends ChannelFixture {

  @Test
  void a_message_carries_its_event_and_what_is_known_of_it() {
    server.append(n + "-1", 0, 1);
    var consumer = consume(incoming(STRATEGIES.park(), Map.of("cloud-events", "true")), 1);

    Message<?> message = consumer.awaitItems(1, LIMIT).getLastItem();

    assertThat(payload(message).stream()).isEqualTo(n + "-1");
    IncomingEvent event = message.getMetadata(IncomingEvent.class).orElseThrow();
    assertThat(event.recorded().event().data()).asString().isEqualTo("0");
    assertThat(event.retries()).isZero();
    IncomingCloudEventMetadata<?> cloudEvent =
        message.getMetadata(IncomingCloudEventMetadata.class).orElseThrow();
    assertThat(cloudEvent.getType()).isEqualTo("counted");
    assertThat(cloudEvent.getId()).isEqualTo(event.recorded().event().id().toString());
    assertThat(cloudEvent.getSubject()).hasValue(n + "-1");
  }

  @Test
  void hands_out_no_more_than_is_asked_for() throws Exception {
    for (int stream = 0; stream < 9; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    var consumer = consume(incoming(STRATEGIES.park(), Map.of()), 2);
    consumer.awaitItems(2, LIMIT);
    for (Message<?> message : List.copyOf(consumer.getItems())) {
      settle(message);
    }
    assertThat(consumer.getItems()).hasSize(2);
    consumer.request(3);
    await().atMost(LIMIT).until(() -> consumer.getItems().size() == 5);
  }

  @Test
  void hands_out_no_more_at_once_than_its_concurrency_and_one_of_a_stream() throws Exception {
    for (int stream = 0; stream < 5; stream++) {
      server.append(n + "-" + stream, 0, 2);
    }
    var channel = incoming(STRATEGIES.park(), Map.of("max-concurrency", "3"));
    var consumer = consume(channel, Long.MAX_VALUE);
    int settled = 0;
    while (settled < 10) {
      consumer.awaitItems(Math.min(settled + 3, 10), LIMIT);
      List<Message<?>> inHand =
          List.copyOf(consumer.getItems().subList(settled, consumer.getItems().size()));
      assertThat(inHand).hasSizeLessThanOrEqualTo(3);
      assertThat(inHand.stream().map(message -> payload(message).stream())).doesNotHaveDuplicates();
      settle(inHand.getFirst());
      settled++;
    }
  }

  @Test
  void consumers_of_a_channel_share_its_events() throws Exception {
    for (int stream = 0; stream < 4; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    var channel = incoming(STRATEGIES.park(), Map.of());
    var first = consume(channel, 2);
    var second = consume(channel, 2);
    first.awaitItems(2, LIMIT);
    second.awaitItems(2, LIMIT);
    assertThat(
            Multi.createBy()
                .concatenating()
                .streams(
                    Multi.createFrom().iterable(first.getItems()),
                    Multi.createFrom().iterable(second.getItems()))
                .map(message -> payload(message).stream())
                .collect()
                .asList()
                .await()
                .atMost(LIMIT))
        .containsExactlyInAnyOrder(n + "-0", n + "-1", n + "-2", n + "-3");
  }

  @Test
  void a_batch_holds_many_events() {
    server.append(n + "-1", 0, 30);
    server.append(n + "-2", 0, 30);
    var consumer =
        consume(incoming(STRATEGIES.park(), Map.of("batch", "true", "batch-size", "1000")), 1);
    List<?> batch = (List<?>) consumer.awaitItems(1, LIMIT).getLastItem().getPayload();
    assertThat(batch).isNotEmpty().allMatch(event -> event instanceof Recorded<?>);
  }

  @Test
  void no_more_batches_are_out_than_its_concurrency_and_one_of_a_stream() throws Exception {
    for (int stream = 0; stream < 6; stream++) {
      server.append(n + "-" + stream, 0, 2);
    }
    var channel =
        incoming(
            STRATEGIES.park(), Map.of("batch", "true", "batch-size", "4", "max-concurrency", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    List<String> seen = new ArrayList<>();
    for (int batch = 1; seen.size() < 12; batch++) {
      Message<?> message = consumer.awaitItems(batch, LIMIT).getLastItem();
      List<?> events = (List<?>) message.getPayload();
      assertThat(events).hasSizeLessThanOrEqualTo(4);
      assertThat(channel.health().inHand()).isEqualTo(events.size());
      for (Object event : events) {
        seen.add(((Recorded<?>) event).stream() + "@" + ((Recorded<?>) event).revision());
      }
      settle(message);
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(12);
  }

  @Test
  void a_batch_that_fails_goes_the_way_of_the_strategy_every_event_of_it() throws Exception {
    server.append(n + "-1", 0, 3);
    var attributes = Map.of("batch", "true", "batch-size", "10");
    var consumer = consume(incoming(STRATEGIES.park(), attributes), Long.MAX_VALUE);
    int refused = 0;
    for (int batch = 1; refused < 3; batch++) {
      Message<?> message = consumer.awaitItems(batch, LIMIT).getLastItem();
      refused += ((List<?>) message.getPayload()).size();
      refuse(message);
    }
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(3));
  }

  @Test
  void park_sets_aside_and_the_stream_goes_on() throws Exception {
    server.append(n + "-1", 0, 2);
    var channel = incoming(STRATEGIES.park(), Map.of());
    var consumer = consume(channel, Long.MAX_VALUE);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    Message<?> next = consumer.awaitItems(2, LIMIT).getLastItem();
    assertThat(payload(next).revision()).isEqualTo(1);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
  }

  @Test
  void retry_hands_out_again_before_the_rest_of_its_stream_and_parks_in_the_end() throws Exception {
    server.append(n + "-1", 0, 2);
    var channel = incoming(STRATEGIES.retry(), Map.of("retry-attempts", "2", "retry-backoff", "1"));
    var consumer = consume(channel, Long.MAX_VALUE);
    for (int attempt = 1; attempt <= 3; attempt++) {
      Message<?> message = consumer.awaitItems(attempt, LIMIT).getLastItem();
      assertThat(payload(message).revision()).isZero();
      assertThat(message.getMetadata(IncomingEvent.class).orElseThrow().attempts())
          .isEqualTo(attempt);
      refuse(message);
    }
    assertThat(payload(consumer.awaitItems(4, LIMIT).getLastItem()).revision()).isEqualTo(1);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
  }

  /** A server gives the position of the link (contract 6.3). */
  @Test
  void what_comes_through_a_link_does_not_tell_a_position() {
    server.append(n + "-1", 0, 1);
    server
        .store()
        .append(own("links"), List.of(TestStore.event("$>", "0@" + n + "-1")))
        .await()
        .atMost(LIMIT);
    var channel =
        incoming(STRATEGIES.park(), Map.of("stream", own("links"), "resolve-links", "true"));
    Recorded<?> event = payload(consume(channel, 1).awaitItems(1, LIMIT).getLastItem());
    assertThat(event.stream()).isEqualTo(n + "-1");
    assertThat(event.position()).isEqualTo(-1);
  }

  @Test
  void a_parked_event_that_is_replayed_does_not_tell_it_either() throws Exception {
    server.append(n + "-1", 0, 1);
    var consumer = consume(incoming(STRATEGIES.park(), Map.of()), Long.MAX_VALUE);
    Message<?> first = consumer.awaitItems(1, LIMIT).getLastItem();
    assertThat(payload(first).position()).isPositive();
    refuse(first);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parked()).isEqualTo(1));
    new ParkedEvents(server.store(), own("numbers")).replay().await().atMost(LIMIT);
    Recorded<?> again = payload(consumer.awaitItems(2, LIMIT).getLastItem());
    assertThat(again.eventId()).isEqualTo(payload(first).eventId());
    assertThat(again.position()).isEqualTo(-1);
  }

  @Test
  void skip_passes_over() throws Exception {
    passesOver(STRATEGIES.skip());
  }

  @Test
  void ignore_passes_over() throws Exception {
    passesOver(STRATEGIES.ignore());
  }

  private void passesOver(FailureStrategy.Factory strategy) throws Exception {
    server.append(n + "-1", 0, 2);
    var consumer = consume(incoming(strategy, Map.of()), Long.MAX_VALUE);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    consumer.awaitItems(2, LIMIT);
    assertThat(parked()).isZero();
  }

  @Test
  void fail_ends_the_channel_and_says_so() {
    server.append(n + "-1", 0, 2);
    var channel = incoming(STRATEGIES.fail(), Map.of());
    var consumer = consume(channel, Long.MAX_VALUE);
    Message<?> message = consumer.awaitItems(1, LIMIT).getLastItem();
    assertThatThrownBy(() -> refuse(message)).hasMessageContaining("refused");
    consumer.awaitFailure(LIMIT);
    assertThat(liveness(channel).isOk()).isFalse();
    assertThat(consumer.getItems()).hasSize(1);
    await().atMost(LIMIT).until(() -> !channel.health().isSubscribed());

    var next = consume(channel, Long.MAX_VALUE);
    assertThat(payload(next.awaitItems(1, LIMIT).getLastItem()).revision()).isZero();
    assertThat(liveness(channel).isOk()).isTrue();
  }

  @Test
  void who_cancelled_may_subscribe_again() throws Exception {
    server.append(n + "-1", 0, 1);
    var channel = incoming(STRATEGIES.park(), Map.of("stop-timeout", "5000"));
    var port = channel.port();
    AssertSubscriber<Message<?>> first = AssertSubscriber.create(1);
    port.subscribe(first);
    settle(first.awaitItems(1, LIMIT).getLastItem());
    first.cancel();
    await().atMost(LIMIT).until(() -> !channel.health().isSubscribed());

    AssertSubscriber<Message<?>> second = AssertSubscriber.create(0);
    port.subscribe(second);
    server.append(n + "-1", 1, 1);
    await().atMost(LIMIT).until(() -> channel.health().isSubscribed());
    second.request(1);
    assertThat(payload(second.awaitItems(1, LIMIT).getLastItem()).revision()).isEqualTo(1);
    assertThat(first.getItems()).hasSize(1);
  }

  @Test
  void a_strategy_of_the_users() throws Exception {
    server.append(n + "-1", 0, 1);
    List<Throwable> reasons = new ArrayList<>();
    var consumer =
        consume(
            incoming(
                (_, _) ->
                    (delivery, reason) -> {
                      reasons.add(reason);
                      delivery.ack();
                      return Uni.createFrom().voidItem();
                    },
                Map.of()),
            1);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    assertThat(reasons).hasSize(1);
  }

  @Test
  void health_follows_the_subscription() {
    var channel = incoming(STRATEGIES.park(), Map.of());
    assertThat(health(channel, SubscriptionHealth::wasSubscribed).isOk()).isFalse();
    consume(channel, 1);
    await().atMost(LIMIT).until(() -> health(channel, SubscriptionHealth::isSubscribed).isOk());
    server.stop();
    await().atMost(LIMIT).until(() -> !health(channel, SubscriptionHealth::isSubscribed).isOk());
    assertThat(health(channel, SubscriptionHealth::wasSubscribed).isOk()).isTrue();
    assertThat(liveness(channel).isOk()).isTrue();
    server.comeBack();
    await().atMost(LIMIT).until(() -> health(channel, SubscriptionHealth::isSubscribed).isOk());
  }

  @Test
  void a_channel_of_one_stream() {
    server.append("other", 0, 1);
    server.append(n, 0, 1);
    var channel = incoming(STRATEGIES.park(), Map.of("stream", n));
    Message<?> message = consume(channel, 1).awaitItems(1, LIMIT).getLastItem();
    assertThat(payload(message).stream()).isEqualTo(n);
  }

  private static void isGivenOne(IncomingChannel channel) throws Exception {
    settle(consume(channel, 1).awaitItems(1, LIMIT).getLastItem());
    channel.stop().await().atMost(LIMIT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_new_group_that_is_given_what_was_there_before_it_is_warned_of_once(boolean ofAStream)
      throws Exception {
    Map<String, String> attributes =
        ofAStream ? Map.of("stream", n + "-1", "from", "start") : Map.of();
    try (Logged logged = new Logged(HistoryWarning.class)) {
      server.append(n + "-1", 0, 2);
      isGivenOne(incoming(STRATEGIES.park(), attributes));
      assertThat(logged.messages())
          .hasSize(1)
          .first()
          .asString()
          .contains("from event 0 of " + n + "-1", "from=end");
      isGivenOne(incoming(STRATEGIES.park(), attributes));
      assertThat(logged.messages()).hasSize(1);
    }
  }

  @Test
  void one_that_is_only_given_what_comes_is_not_warned_of() throws Exception {
    try (Logged logged = new Logged(HistoryWarning.class)) {
      server.append("other-1", 0, 1);
      IncomingChannel channel = incoming(STRATEGIES.park(), Map.of());
      var consumer = consume(channel, 1);
      await().atMost(LIMIT).until(() -> channel.health().isSubscribed());
      server.append(n + "-1", 0, 1);
      consumer.awaitItems(1, LIMIT);
      assertThat(logged.messages()).isEmpty();
    }
  }

  @Test
  void one_that_is_given_nothing_that_was_there_before_it_but_marks_is_not_warned_of() {
    try (Logged logged = new Logged(HistoryWarning.class)) {
      server.store().append(n + "-1", List.of(StoreRequests.mark(true))).await().atMost(LIMIT);
      IncomingChannel channel = incoming(STRATEGIES.park(), Map.of());
      var consumer = consume(channel, 1);
      await().atMost(LIMIT).until(() -> channel.health().isSubscribed());
      server.append(n + "-1", 1, 1);
      consumer.awaitItems(1, LIMIT);
      assertThat(logged.messages()).isEmpty();
    }
  }

  @Test
  void appends_in_the_order_of_each_stream_and_leaves_the_result() {
    OutgoingChannel channel = outgoing(Map.of("event-type", "counted"));
    List<OutgoingMessageMetadata<Appended>> results = new ArrayList<>();
    List<Message<String>> messages = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      OutgoingMessageMetadata<Appended> result = new OutgoingMessageMetadata<>();
      results.add(result);
      messages.add(
          Message.of("" + i)
              .addMetadata(OutgoingEvent.to(n + "-" + i % 3, "counted").expecting(i / 3 - 1L))
              .addMetadata(result));
    }
    send(channel, messages);
    await().atMost(LIMIT).until(() -> results.stream().allMatch(r -> r.getResult() != null));
    for (int i = 0; i < 60; i++) {
      assertThat(results.get(i).getResult().revision()).isEqualTo(i / 3);
    }
    List<Recorded<StoredEvent>> stored =
        server.store().remaining(n + "-1", 0, 100).await().atMost(LIMIT);
    assertThat(stored.getLast().event().data()).asString().isEqualTo("58");
  }

  @Test
  void a_message_that_cant_be_appended_is_nacked_and_the_channel_goes_on() {
    OutgoingChannel channel = outgoing(Map.of("append-to", n + "-1", "event-type", "counted"));
    List<Throwable> nacks = new ArrayList<>();
    List<String> acks = new ArrayList<>();
    Function<Integer, Message<Integer>> message =
        i ->
            Message.of(
                i,
                () -> {
                  acks.add("" + i);
                  return Uni.createFrom().voidItem().subscribeAsCompletionStage();
                },
                reason -> {
                  nacks.add(reason);
                  return Uni.createFrom().voidItem().subscribeAsCompletionStage();
                });
    send(
        channel,
        List.of(
            message.apply(1),
            message.apply(2).addMetadata(OutgoingEvent.to(n + "-1", "counted").expecting(7)),
            message.apply(3)));
    await().atMost(LIMIT).until(() -> acks.size() == 2 && nacks.size() == 1);
    assertThat(acks).containsExactly("1", "3");
  }

  /** A message whose sender takes this long to hear of its end. */
  private static Message<String> slow(CompletableFuture<Void> heard, List<Throwable> nacks) {
    return Message.of(
        "1",
        () -> heard,
        reason -> {
          nacks.add(reason);
          return CompletableFuture.completedStage(null);
        });
  }

  @Test
  void at_its_end_it_finishes_what_is_in_hand_and_takes_no_more() {
    OutgoingChannel channel =
        outgoing(Map.of("append-to", n + "-1", "event-type", "counted", "stop-timeout", "600000"));
    CompletableFuture<Void> heard = new CompletableFuture<>();
    List<Throwable> nacks = new CopyOnWriteArrayList<>();
    UnicastProcessor<Message<?>> messages = UnicastProcessor.create();
    messages.subscribe().withSubscriber(channel.subscriber());
    messages.onNext(slow(heard, nacks));
    await().atMost(LIMIT).until(() -> stored(n + "-1") == 1);

    CompletableFuture<Void> stopped = channel.stop().subscribeAsCompletionStage();
    messages.onNext(slow(heard, nacks));

    await().atMost(LIMIT).until(() -> nacks.size() == 1);
    assertThat(stopped).isNotDone();
    heard.complete(null);
    await().atMost(LIMIT).until(stopped::isDone);
    assertThat(stored(n + "-1")).isEqualTo(1);
  }

  @Test
  void at_its_end_it_does_not_wait_for_ever() {
    OutgoingChannel channel =
        outgoing(Map.of("append-to", n + "-1", "event-type", "counted", "stop-timeout", "50"));
    send(channel, List.of(slow(new CompletableFuture<>(), new ArrayList<>())));
    await().atMost(LIMIT).until(() -> stored(n + "-1") == 1);
    channel.stop().await().atMost(LIMIT);
  }

  private int stored(String stream) {
    return server.store().remaining(stream, 0, 100).await().atMost(LIMIT).size();
  }

  private OutgoingChannel outgoing(Map<String, String> attributes) {
    return new OutgoingChannel(
        new EventStoreConnectorOutgoingConfiguration(config(attributes)), server.store());
  }

  private static void send(OutgoingChannel channel, List<? extends Message<?>> messages) {
    Multi.createFrom()
        .<Message<?>>iterable(List.copyOf(messages))
        .subscribe()
        .withSubscriber(channel.subscriber());
  }
}
