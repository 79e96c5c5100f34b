package dev.foldline.eventstoredb.subscriptions;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.PersistentSubscriptionToAllInfo;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.Resolved;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedSubscriptionTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final SubscriptionTiming QUICK =
      new SubscriptionTiming(
          Duration.ofSeconds(5),
          Duration.ofMillis(200),
          Duration.ofMinutes(1),
          Duration.ofMillis(500));

  private final Vertx vertx = Vertx.vertx();
  private final Queue<Recorded<StoredEvent>> seen = new ConcurrentLinkedQueue<>();
  private final Queue<Delivery> held = new ConcurrentLinkedQueue<>();
  private final List<SupervisedSubscription> subscriptions = new ArrayList<>();
  private TestStore server;

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
  }

  @AfterEach
  void stop() throws Exception {
    subscriptions.forEach(open -> open.stop(Duration.ZERO).await().atMost(LIMIT));
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private SupervisedSubscription subscribe(SubscriptionTiming timing, Consumer<Delivery> consumer) {
    SupervisedSubscription subscription =
        new Reader(
                new PersistentSource(
                    server.store(), Group.ofCategories(own("readers"), List.of(n), 100), false),
                timing,
                consumer)
            .subscription;
    subscription.start();
    subscriptions.add(subscription);
    return subscription;
  }

  /** Takes what there is, one event of a stream at a time. */
  private final class Reader {

    private final Consumer<Delivery> consumer;
    private final SupervisedSubscription subscription;

    Reader(Source source, SubscriptionTiming timing, Consumer<Delivery> consumer) {
      this.consumer = consumer;
      this.subscription =
          new SupervisedSubscription(source, vertx, vertx.getOrCreateContext(), timing, this::take);
    }

    private void take() {
      List<Delivery> taken = subscription.take(50, 1);
      while (!taken.isEmpty()) {
        taken.forEach(consumer);
        taken = subscription.take(50, 1);
      }
    }
  }

  private void acknowledge(Delivery delivery) {
    seen.add(delivery.event());
    delivery.ack();
  }

  private Map<String, List<Long>> revisionsByStream() {
    return seen.stream()
        .collect(
            Collectors.groupingBy(
                Recorded::stream, Collectors.mapping(Recorded::revision, Collectors.toList())));
  }

  private static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  @Test
  void delivers_what_is_and_what_comes_of_its_category_alone() {
    server.append(n + "-1", 0, 300);
    server.append("not" + n + "-1", 0, 3);
    subscribe(QUICK, this::acknowledge);
    await().atMost(LIMIT).until(() -> seen.size() == 300);
    server.append(n + "-2", 0, 5);

    await().atMost(LIMIT).until(() -> seen.size() == 305);
    assertThat(revisionsByStream()).isEqualTo(Map.of(n + "-1", upTo(300), n + "-2", upTo(5)));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(backlog()).isZero());
  }

  @Test
  void hands_out_a_streams_events_one_at_a_time_and_many_streams_at_once() {
    for (int stream = 0; stream < 10; stream++) {
      server.append(n + "-" + stream, 0, 4);
    }
    subscribe(QUICK, held::add);

    for (int round = 0; round < 4; round++) {
      await().atMost(LIMIT).until(() -> held.size() == 10);
      assertThat(held.stream().map(delivery -> delivery.event().stream())).doesNotHaveDuplicates();
      assertThat(held.stream().map(delivery -> delivery.event().revision()))
          .containsOnly((long) round);
      List<Delivery> all = List.copyOf(held);
      held.clear();
      all.forEach(Delivery::ack);
    }
  }

  @Test
  void goes_on_when_the_store_comes_back() {
    var subscription = subscribe(QUICK, this::acknowledge);
    for (int round = 0; round < 3; round++) {
      server.append(n + "-1", round, 1);
      int events = round + 1;
      await().atMost(LIMIT).untilAsserted(() -> assertThat(distinct()).isEqualTo(events));
      server.stop();
      await().atMost(LIMIT).until(() -> !subscription.health().isSubscribed());
      server.comeBack();
      await().atMost(LIMIT).until(() -> subscription.health().isSubscribed());
    }
    server.append(n + "-1", 3, 1);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(distinct()).isEqualTo(4));
    assertThat(subscription.health().losses()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void goes_on_when_the_store_was_away_for_longer_than_the_client_has_patience() {
    server.append(n + "-1", 0, 1);
    server.stop();
    var subscription = subscribe(QUICK, this::acknowledge);
    await().atMost(LIMIT).until(() -> subscription.health().losses() > 3);
    server.comeBack();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(distinct()).isEqualTo(1));
  }

  @Test
  void opens_anew_when_nothing_is_heard_for_too_long() {
    var restless =
        new SubscriptionTiming(
            Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofMillis(100), LIMIT);
    var subscription = subscribe(restless, this::acknowledge);
    await().atMost(LIMIT).until(() -> subscription.health().isSubscribed());
    for (int i = 0; i < 20; i++) {
      server.append(n + "-1", i, 1);
      int events = i + 1;
      await().atMost(LIMIT).untilAsserted(() -> assertThat(distinct()).isEqualTo(events));
    }
  }

  @Test
  void redelivers_what_was_not_settled_before_the_connection_was_lost() {
    server.append(n + "-1", 0, 1);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    Delivery old = held.remove();
    server.restart();
    await().atMost(LIMIT).until(() -> subscription.health().losses() > 0);

    old.ack();

    await().atMost(LIMIT).until(() -> held.size() == 1);
    assertThat(held.element().event().event().id()).isEqualTo(old.event().event().id());
  }

  @Test
  void parked_events_are_set_aside_and_retried_ones_come_again() {
    server.append(n + "-1", 0, 2);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    held.remove().park("of no use");
    await().atMost(LIMIT).until(() -> held.size() == 1);
    held.remove().retry("later");
    await().atMost(LIMIT).until(() -> held.size() == 1);
    assertThat(held.element().retries()).isEqualTo(1);
    held.remove().ack();
    await().atMost(LIMIT).until(() -> subscription.health().parked() == 1);
  }

  @Test
  void what_is_put_back_comes_before_the_later_events_of_its_stream() {
    server.append(n + "-1", 0, 3);
    subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    held.remove().putBack();
    await().atMost(LIMIT).until(() -> held.size() == 1);
    assertThat(held.element().event().revision()).isZero();
    assertThat(held.element().attempts()).isEqualTo(2);
  }

  @Test
  void what_was_put_back_is_settled_with_that() {
    server.append(n + "-1", 0, 1);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    Delivery first = held.remove();
    first.putBack();
    first.putBack();
    first.park("too late");
    await().atMost(LIMIT).until(() -> held.size() == 1);
    Delivery again = held.remove();
    assertThat(again.attempts()).isEqualTo(2);
    again.ack();
    again.putBack();
    server.append(n + "-1", 1, 1);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    assertThat(held.element().event().revision()).isEqualTo(1);
    assertThat(subscription.health().parked()).isZero();
  }

  @Test
  void what_the_server_delivers_again_while_it_is_here_is_handed_out_once() {
    server.append(n + "-1", 0, 2);
    server.append(n + "-2", 0, 1);
    Source twice =
        new Source() {
          private final Source once =
              new PersistentSource(
                  server.store(), Group.ofCategories(own("readers"), List.of(n), 100), false);

          @Override
          public String describe() {
            return once.describe();
          }

          @Override
          public Throwable failed(Throwable cause) {
            return once.failed(cause);
          }

          @Override
          public Uni<Session> open(Sink sink) {
            return once.open(
                new Sink() {
                  @Override
                  public void event(Resolved event, int retries) {
                    sink.event(event, retries);
                    sink.event(event, retries + 1);
                  }

                  @Override
                  public void ended(Throwable cause) {
                    sink.ended(cause);
                  }
                });
          }
        };
    var patient = new SubscriptionTiming(LIMIT, LIMIT, LIMIT, LIMIT);
    var subscription = new Reader(twice, patient, held::add).subscription;
    subscriptions.add(subscription);
    subscription.start();
    for (int event = 0; event < 3; event++) {
      await().atMost(LIMIT).until(() -> !held.isEmpty());
      Delivery delivery = held.remove();
      seen.add(delivery.event());
      delivery.ack();
    }
    await().atMost(LIMIT).until(() -> subscription.health().inHand() == 0);
    assertThat(held).isEmpty();
    assertThat(revisionsByStream()).isEqualTo(Map.of(n + "-1", upTo(2), n + "-2", upTo(1)));
  }

  @Test
  void is_not_restarted_for_a_delivery_of_before() {
    server.append(n + "-1", 0, 1);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    Delivery first = held.remove();
    subscription.restart(first, new IllegalStateException("can't go on"));
    await().atMost(LIMIT).until(() -> subscription.health().losses() == 1);
    first.ack();
    await().atMost(LIMIT).until(() -> held.size() == 1);

    subscription.restart(first, new IllegalStateException("could not go on"));
    held.remove().ack();
    server.append(n + "-1", 1, 1);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    assertThat(subscription.health().losses()).isEqualTo(1);
  }

  @Test
  void starts_again_after_it_was_stopped_or_while_it_stops() {
    server.append(n + "-1", 0, 1);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    subscription.stop(Duration.ZERO).await().atMost(LIMIT);
    subscription.start();
    held.remove().ack();
    await().atMost(LIMIT).until(() -> held.size() == 1);

    var stopping = subscription.stop(LIMIT).subscribeAsCompletionStage();
    subscription.start();
    held.remove().ack();
    await().atMost(LIMIT).until(stopping::isDone);
    await().atMost(LIMIT).until(() -> subscription.health().isSubscribed());
    drain(Delivery::ack);
    server.append(n + "-2", 0, 1);
    await()
        .atMost(LIMIT)
        .until(() -> held.stream().anyMatch(it -> it.event().stream().equals(n + "-2")));
  }

  @Test
  void is_opened_no_further_once_it_is_stopped() {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    Source slow =
        new Source() {
          @Override
          public String describe() {
            return "slow";
          }

          @Override
          public Throwable failed(Throwable cause) {
            return cause;
          }

          @Override
          public Uni<Session> open(Sink sink) {
            begun.incrementAndGet();
            return Uni.createFrom()
                .<Session>nothing()
                .onCancellation()
                .invoke(cancelled::incrementAndGet);
          }
        };
    var patient = new SubscriptionTiming(LIMIT, LIMIT, LIMIT, LIMIT);
    var subscription = new Reader(slow, patient, held::add).subscription;
    subscription.start();
    await().atMost(LIMIT).until(() -> begun.get() == 1);

    subscription.stop(Duration.ZERO).await().atMost(LIMIT);

    assertThat(cancelled).hasValue(1);
  }

  @Test
  void stops_when_what_is_in_hand_is_settled() {
    server.append(n + "-1", 0, 2);
    var subscription = subscribe(QUICK, held::add);
    await().atMost(LIMIT).until(() -> held.size() == 1);
    var stopped = subscription.stop(LIMIT).subscribeAsCompletionStage();
    assertThat(stopped).isNotDone();
    drain(Delivery::ack);
    await().atMost(LIMIT).until(stopped::isDone);
    assertThat(held).isEmpty();
  }

  private void drain(Consumer<Delivery> verb) {
    Delivery delivery = held.poll();
    while (delivery != null) {
      verb.accept(delivery);
      delivery = held.poll();
    }
  }

  private long distinct() {
    return seen.stream().map(event -> event.event().id()).distinct().count();
  }

  private long backlog() throws Exception {
    PersistentSubscriptionToAllInfo info =
        server
            .official()
            .subscriptions()
            .getInfoToAll(own("readers"))
            .get(10, TimeUnit.SECONDS)
            .orElseThrow();
    return info.getStats().getTotalInFlightMessages() + info.getStats().getLiveBufferCount();
  }
}
