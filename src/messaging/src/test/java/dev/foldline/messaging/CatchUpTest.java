package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import dev.foldline.core.Namespace;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.subscriptions.HistoryWarning;
import dev.foldline.eventstoredb.subscriptions.Logged;
import dev.foldline.eventstoredb.subscriptions.SubscriptionHealth;
import dev.foldline.eventstoredb.subscriptions.TestRedis;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import dev.foldline.redis.RedisPositions;
import dev.foldline.testing.StoreRequests;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels from catch-up subscriptions, whose positions are in a real Redis. */
class CatchUpTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final FailureStrategies STRATEGIES = new FailureStrategies();

  private static String ofTheCategory() {
    return own("numbers") + ":$all ^" + n + "-";
  }

  private final Vertx vertx = Vertx.vertx();
  private final List<IncomingChannel> channels = new ArrayList<>();
  private TestStore server;
  private TestRedis redis;
  private RedisPositions positions;

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
    redis = new TestRedis();
    positions = redis.positions();
  }

  @AfterEach
  void stop() throws Exception {
    channels.forEach(channel -> channel.stop().await().atMost(LIMIT));
    redis.close();
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private IncomingChannel channel(Map<String, String> attributes) {
    return channel(STRATEGIES.park(), attributes);
  }

  private IncomingChannel channel(
      FailureStrategy.Factory strategy, Map<String, String> attributes) {
    Map<String, String> all = new HashMap<>(attributes);
    all.put("channel-name", "numbers");
    all.put("group", own("numbers"));
    all.put("subscription", "catch-up");
    all.putIfAbsent("position-save-count", "1");
    all.putIfAbsent("position-save-interval", "20");
    all.putIfAbsent("stop-timeout", "0");
    if (!all.containsKey("stream")) {
      all.putIfAbsent("category", n);
    }
    Config config = new SmallRyeConfigBuilder().withDefaultValues(all).build();
    var settings = new EventStoreConnectorIncomingConfiguration(config);
    IncomingChannel channel =
        new IncomingChannel(
            "numbers",
            settings,
            vertx,
            Sources.of("numbers", settings, server.store(), Namespace.NONE, () -> positions),
            _ -> true,
            strategy.create("numbers", config),
            ChannelStart.AT_ONCE);
    channels.add(channel);
    return channel;
  }

  private static AssertSubscriber<Message<?>> consume(IncomingChannel channel) {
    AssertSubscriber<Message<?>> consumer = AssertSubscriber.create(Long.MAX_VALUE);
    channel.port().subscribe(consumer);
    return consumer;
  }

  /** Consumes what comes until so many events came, and acknowledges each. */
  private static List<String> acknowledge(IncomingChannel channel, int count) throws Exception {
    var consumer = consume(channel);
    for (int i = 0; i < count; i++) {
      settle(consumer.awaitItems(i + 1, LIMIT).getItems().get(i));
    }
    return names(consumer);
  }

  private static List<String> names(AssertSubscriber<Message<?>> consumer) {
    return consumer.getItems().stream().map(CatchUpTest::name).toList();
  }

  private static String name(Message<?> message) {
    Recorded<?> event = (Recorded<?>) message.getPayload();
    return event.stream() + "@" + event.revision();
  }

  private static void settle(Message<?> message) throws Exception {
    message.ack().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static void refuse(Message<?> message) throws Exception {
    message
        .nack(new IllegalStateException("refused"))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private OptionalLong saved(String key) throws Exception {
    return positions.load(key).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Whether a position beyond the beginning is saved. */
  private boolean moved(String key) throws Exception {
    return saved(key).orElse(-1) >= 0;
  }

  private static long position(Message<?> message) {
    return ((Recorded<?>) message.getPayload()).position();
  }

  private static void end(IncomingChannel channel) {
    channel.stop().await().atMost(LIMIT);
  }

  private static HealthReport readiness(IncomingChannel channel) {
    var report = HealthReport.builder();
    channel.report(report, SubscriptionHealth::isSubscribed);
    return report.build();
  }

  @Test
  void delivers_what_is_and_what_comes_of_its_category_alone() throws Exception {
    server.append(n + "-1", 0, 2);
    server.append("not" + n + "-1", 0, 1);
    server.append(n + "-2", 0, 1);
    var consumer = consume(channel(Map.of()));
    consumer.awaitItems(2, LIMIT);
    server.append(n + "-3", 0, 1);
    consumer.awaitItems(3, LIMIT);
    assertThat(names(consumer)).containsExactlyInAnyOrder(n + "-1@0", n + "-2@0", n + "-3@0");
    settle(consumer.getItems().getFirst());
    assertThat(names(consumer.awaitItems(4, LIMIT))).endsWith(n + "-1@1");
  }

  @Test
  void goes_on_where_it_was_after_it_was_stopped() throws Exception {
    server.append(n + "-1", 0, 5);
    IncomingChannel first =
        channel(Map.of("position-save-count", "1000", "position-save-interval", "60000"));
    acknowledge(first, 5);
    end(first);
    server.append(n + "-1", 5, 2);
    assertThat(acknowledge(channel(Map.of()), 2)).containsExactly(n + "-1@5", n + "-1@6");
  }

  @Test
  void goes_on_with_the_first_event_that_was_not_settled_after_it_was_killed() throws Exception {
    for (int stream = 0; stream < 5; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    var killed = consume(channel(Map.of())).awaitItems(5, LIMIT).getItems();
    for (int stream : new int[] {0, 1, 4, 3}) {
      settle(killed.get(stream));
    }
    await().atMost(LIMIT).until(() -> saved(ofTheCategory()).orElse(-1) >= position(killed.get(1)));
    var next = consume(channel(Map.of())).awaitItems(3, LIMIT);
    assertThat(names(next)).containsExactly(n + "-2@0", n + "-3@0", n + "-4@0");
  }

  @Test
  void the_position_never_runs_ahead_of_what_is_settled() throws Exception {
    for (int stream = 0; stream < 5; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    IncomingChannel channel = channel(Map.of());
    var messages = consume(channel).awaitItems(5, LIMIT).getItems();
    settle(messages.get(0));
    for (int later = 4; later > 1; later--) {
      settle(messages.get(later));
    }
    await().atMost(LIMIT).until(() -> moved(ofTheCategory()));
    await().atMost(LIMIT).until(() -> inHand(channel) == 1);
    assertThat(saved(ofTheCategory()).getAsLong())
        .isBetween(position(messages.get(0)), position(messages.get(1)) - 1);
    settle(messages.get(1));
    await()
        .atMost(LIMIT)
        .until(() -> saved(ofTheCategory()).getAsLong() >= position(messages.get(4)));
  }

  private static int inHand(IncomingChannel channel) {
    return channel.health().inHand();
  }

  @Test
  void saves_after_a_number_of_events_and_after_a_while() throws Exception {
    server.append(n + "-1", 0, 5);
    acknowledge(channel(Map.of("position-save-count", "5", "position-save-interval", "60000")), 5);
    await().atMost(LIMIT).until(() -> moved(ofTheCategory()));

    server.append(n, 0, 1);
    acknowledge(
        channel(Map.of("stream", n, "position-save-count", "1000", "position-save-interval", "50")),
        1);
    await().atMost(LIMIT).until(() -> moved(own("numbers") + ":" + n));
  }

  @Test
  void of_one_stream_the_position_is_a_revision() throws Exception {
    server.append("other", 0, 1);
    server.append(n, 0, 3);
    IncomingChannel first = channel(Map.of("stream", n));
    assertThat(acknowledge(first, 3)).containsExactly(n + "@0", n + "@1", n + "@2");
    end(first);
    assertThat(saved(own("numbers") + ":" + n)).hasValue(2);
    server.append(n, 3, 1);
    assertThat(acknowledge(channel(Map.of("stream", n)), 1)).containsExactly(n + "@3");
  }

  @Test
  void goes_past_marks_and_hands_out_none() throws Exception {
    mark(true);
    server.append(n, 0, 1);
    mark(false);
    IncomingChannel channel = channel(Map.of("stream", n));

    assertThat(acknowledge(channel, 1)).containsExactly(n + "@1");

    await().atMost(LIMIT).until(() -> saved(own("numbers") + ":" + n).orElse(-1) == 2);
    assertThat(inHand(channel)).isZero();
  }

  private void mark(boolean begins) {
    server.store().append(n, List.of(StoreRequests.mark(begins))).await().atMost(LIMIT);
  }

  @Test
  void with_another_filter_it_begins_anew_for_the_position_says_nothing_of_what_was_left_out()
      throws Exception {
    server.append("m" + n + "-1", 0, 1);
    server.append(n + "-1", 0, 1);
    IncomingChannel first = channel(Map.of());
    acknowledge(first, 1);
    end(first);
    assertThat(acknowledge(channel(Map.of("filter", "^(m" + n + "|" + n + ")-")), 2))
        .containsExactly("m" + n + "-1@0", n + "-1@0");
  }

  @Test
  void from_the_end_it_begins_with_what_comes_after_its_first_start_though_it_was_killed_at_once() {
    server.append(n + "-1", 0, 2);
    Map<String, String> attributes = Map.of("from", "end", "position-save-interval", "60000");
    IncomingChannel killed = channel(attributes);
    consume(killed);
    await().atMost(LIMIT).until(() -> readiness(killed).isOk());
    server.append(n + "-1", 2, 1);
    var next = consume(channel(attributes));
    assertThat(names(next.awaitItems(1, LIMIT))).containsExactly(n + "-1@2");
  }

  @Test
  void from_the_end_of_a_stream_without_events_nothing_is_missed_by_who_ended_before_the_first()
      throws Exception {
    Map<String, String> attributes = Map.of("stream", n, "from", "end");
    IncomingChannel first = channel(attributes);
    consume(first);
    await().atMost(LIMIT).until(() -> readiness(first).isOk());
    end(first);
    server.append(n, 0, 3);
    assertThat(acknowledge(channel(attributes), 3)).containsExactly(n + "@0", n + "@1", n + "@2");
  }

  @Test
  void one_that_is_new_and_given_what_was_there_before_it_is_warned_of_once() throws Exception {
    try (Logged logged = new Logged(HistoryWarning.class)) {
      server.append(n + "-1", 0, 2);
      IncomingChannel first = channel(Map.of());
      acknowledge(first, 1);
      end(first);
      assertThat(logged.messages())
          .hasSize(1)
          .first()
          .asString()
          .contains("from event 0 of " + n + "-1");
      acknowledge(channel(Map.of()), 1);
      assertThat(logged.messages()).hasSize(1);
    }
  }

  @Test
  void the_position_moves_on_through_events_of_others() throws Exception {
    server.append(n + "-1", 0, 1);
    acknowledge(channel(Map.of()), 1);
    long own = server.store().remaining(n + "-1", 0, 1).await().atMost(LIMIT).getFirst().position();
    server.append("other", 0, 500);
    await().atMost(LIMIT).until(() -> saved(ofTheCategory()).orElse(-1) > own);
  }

  @Test
  void takes_no_more_than_its_buffer_holds() throws Exception {
    for (int stream = 0; stream < 100; stream++) {
      server.append(n + "-" + stream, 0, 1);
    }
    IncomingChannel channel = channel(Map.of("buffer-size", "3"));
    var consumer = consume(channel);
    for (int i = 0; i < 100; i++) {
      consumer.awaitItems(Math.min(i + 3, 100), LIMIT);
      assertThat(inHand(channel)).isLessThanOrEqualTo(3);
      settle(consumer.getItems().get(i));
    }
    assertThat(names(consumer)).doesNotHaveDuplicates().hasSize(100);
  }

  @Test
  void while_redis_is_away_it_is_closed_and_nothing_is_lost() throws Exception {
    server.append(n + "-1", 0, 1);
    IncomingChannel channel = channel(Map.of());
    var consumer = consume(channel);
    Message<?> first = consumer.awaitItems(1, LIMIT).getItems().getFirst();
    redis.stop();
    settle(first);
    await().atMost(LIMIT).until(() -> !readiness(channel).isOk());
    assertThat(readiness(channel).getChannels().getFirst().getMessage()).contains("Redis");
    server.append(n + "-1", 1, 3);

    redis.comeBack();

    for (int i = 1; i < 4; i++) {
      settle(consumer.awaitItems(i + 1, LIMIT).getItems().get(i));
    }
    assertThat(names(consumer)).containsExactly(n + "-1@0", n + "-1@1", n + "-1@2", n + "-1@3");
    await().atMost(LIMIT).until(() -> moved(ofTheCategory()));
  }

  @Test
  void does_not_begin_before_its_position_is_known() throws Exception {
    server.append(n + "-1", 0, 1);
    redis.stop();
    IncomingChannel channel = channel(Map.of());
    var consumer = consume(channel);
    await().atMost(LIMIT).until(() -> channel.health().losses() > 0);
    assertThat(consumer.getItems()).isEmpty();
    redis.comeBack();
    consumer.awaitItems(1, LIMIT);
  }

  @Test
  void goes_on_when_the_store_comes_back() throws Exception {
    IncomingChannel channel = channel(Map.of());
    var consumer = consume(channel);
    for (int round = 0; round < 3; round++) {
      server.append(n + "-1", round, 1);
      settle(consumer.awaitItems(round + 1, LIMIT).getItems().get(round));
      await().atMost(LIMIT).until(() -> inHand(channel) == 0);
      server.stop();
      await().atMost(LIMIT).until(() -> !readiness(channel).isOk());
      server.comeBack();
      await().atMost(LIMIT).until(() -> readiness(channel).isOk());
    }
    assertThat(names(consumer)).containsExactly(n + "-1@0", n + "-1@1", n + "-1@2");
  }

  @Test
  void a_parked_event_is_linked_with_its_reason_and_the_position_passes_it() throws Exception {
    server.append(n + "-1", 0, 2);
    IncomingChannel channel = channel(Map.of());
    var consumer = consume(channel);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    settle(consumer.awaitItems(2, LIMIT).getLastItem());
    await().atMost(LIMIT).until(() -> moved(ofTheCategory()));

    ResolvedEvent parked = parked().getFirst();
    assertThat(parked.getEvent().getStreamId()).isEqualTo(n + "-1");
    assertThat(parked.getEvent().getRevision()).isZero();
    assertThat(parked.getLink().getUserMetadata()).asString().contains("refused");
  }

  private List<ResolvedEvent> parked() throws Exception {
    return server
        .official()
        .client()
        .readStream(
            "parked-" + own("numbers"), ReadStreamOptions.get().fromStart().resolveLinkTos())
        .get(10, TimeUnit.SECONDS)
        .getEvents();
  }

  @Test
  void what_is_parked_of_all_streams_does_not_come_back_as_a_link() throws Exception {
    server.append(n + "-1", 0, 1);
    String filter = "^(" + n + "-|parked-" + own("numbers") + ")";
    IncomingChannel channel = channel(Map.of("filter", filter));
    var consumer = consume(channel);
    refuse(consumer.awaitItems(1, LIMIT).getLastItem());
    await().atMost(LIMIT).until(() -> moved(own("numbers") + ":$all " + filter));
    server.append(n + "-2", 0, 1);
    assertThat(names(consumer.awaitItems(2, LIMIT))).containsExactly(n + "-1@0", n + "-2@0");
  }

  @Test
  void what_is_to_be_retried_comes_again_and_is_parked_in_the_end() throws Exception {
    server.append(n + "-1", 0, 1);
    FailureStrategy.Factory again =
        (_, _) ->
            (delivery, reason) -> {
              delivery.retry(String.valueOf(reason.getMessage()));
              return Uni.createFrom().voidItem();
            };
    var consumer = consume(channel(again, Map.of("max-retries", "2")));
    for (int retries = 0; retries < 3; retries++) {
      Message<?> message = consumer.awaitItems(retries + 1, LIMIT).getLastItem();
      assertThat(message.getMetadata(IncomingEvent.class).orElseThrow().retries())
          .isEqualTo(retries);
      refuse(message);
    }
    await().atMost(LIMIT).until(() -> moved(ofTheCategory()));
    assertThat(parked()).hasSize(1);
  }

  @Test
  void fail_ends_the_channel_and_the_event_comes_again_at_the_next_start() throws Exception {
    server.append(n + "-1", 0, 1);
    IncomingChannel channel = channel(STRATEGIES.fail(), Map.of());
    var consumer = consume(channel);
    Message<?> message = consumer.awaitItems(1, LIMIT).getLastItem();
    assertThat(message.nack(new IllegalStateException("refused")).toCompletableFuture())
        .failsWithin(LIMIT);
    consumer.awaitFailure(LIMIT);
    assertThat(acknowledge(channel(Map.of()), 1)).containsExactly(n + "-1@0");
  }

  /** Handlers that fail and take their time, while the store and Redis come and go. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void nothing_is_lost_nor_out_of_order_whatever_happens(long seed) {
    Random random = new Random(seed);
    Map<String, List<Long>> firsts = new ConcurrentHashMap<>();
    IncomingChannel channel =
        channel(
            STRATEGIES.retry(),
            Map.of(
                "buffer-size", "32",
                "max-concurrency", "16",
                "position-save-count", "10",
                "retry-attempts", "1000",
                "retry-backoff", "1"));
    Multi.createFrom()
        .<Message<?>>publisher(published(channel))
        .subscribe()
        .with(message -> handleAsItComes(message, firsts));

    for (int round = 0; round < 30; round++) {
      String stream = n + "-" + random.nextInt(12);
      await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(
              () -> {
                server.append(stream, 0, 20);
                return true;
              });
      switch (round) {
        case 7, 22 -> server.restart();
        case 12 -> redis.stop();
        case 17 -> redis.comeBack();
        default -> {}
      }
    }

    for (int i = 0; i < 12; i++) {
      String stream = n + "-" + i;
      List<Long> all =
          server.store().remaining(stream, 0, 4_000).await().atMost(LIMIT).stream()
              .map(Recorded::revision)
              .toList();
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(firsts.getOrDefault(stream, List.of())).isEqualTo(all));
    }
    await().atMost(LIMIT).until(() -> inHand(channel) == 0);
  }

  private static Flow.Publisher<Message<?>> published(IncomingChannel channel) {
    return consumer -> channel.port().subscribe(consumer);
  }

  /** Notes it if it is seen for the first time; refuses some, settles the others after a while. */
  private void handleAsItComes(Message<?> message, Map<String, List<Long>> firsts) {
    Recorded<?> event = (Recorded<?>) message.getPayload();
    List<Long> seen = firsts.computeIfAbsent(event.stream(), _ -> new CopyOnWriteArrayList<>());
    if (!seen.contains(event.revision())) {
      seen.add(event.revision());
    }
    long fate = Math.floorMod(event.stream().hashCode() + event.revision(), 10L);
    if (fate == 0 && message.getMetadata(IncomingEvent.class).orElseThrow().attempts() == 1) {
      message.nack(new IllegalStateException("refused"));
    } else {
      vertx.setTimer(1 + fate, _ -> message.ack());
    }
  }
}
