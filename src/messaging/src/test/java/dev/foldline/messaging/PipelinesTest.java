package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.reactive.messaging.observation.DefaultMessageObservation;
import io.smallrye.reactive.messaging.observation.MessageObservation;
import io.smallrye.reactive.messaging.observation.MessageObservationCollector;
import io.smallrye.reactive.messaging.observation.ObservationContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.junit.jupiter.api.Test;

/** What SmallRye makes of channels: chains, merges, broadcasts, batches, observations, contexts. */
class PipelinesTest extends StoreFixture {

  private static Map<String, String> numbers() {
    return Map.of("in.numbers.category", n);
  }

  /** How many events of the channel's group are neither settled nor parked, and are parked. */
  private List<Long> unsettledAndParked() throws Exception {
    var stats =
        server
            .official()
            .subscriptions()
            .getInfoToAll(own("numbers"))
            .get(10, TimeUnit.SECONDS)
            .orElseThrow()
            .getStats();
    return List.of(
        stats.getTotalInFlightMessages() + stats.getLiveBufferCount(),
        stats.getParkedMessageCount());
  }

  private List<String> stored(String stream) {
    return server.store().remaining(stream, 0, 100).await().atMost(LIMIT).stream()
        .map(event -> new String(event.event().data(), StandardCharsets.UTF_8))
        .toList();
  }

  @ApplicationScoped
  static class Both extends Seen<String> {
    @Incoming("numbers")
    @Incoming("letters")
    void consume(Recorded<StoredEvent> event) {
      see(event.stream());
    }
  }

  @Test
  void a_method_may_consume_many_channels() {
    server.append(n + "-1", 0, 1);
    server.append("l" + n + "-1", 0, 1);
    var properties = Map.of("in.numbers.category", n, "in.letters.category", "l" + n);
    try (var application = new Application(server, properties, Both.class)) {
      assertThat(application.get(Both.class).wait(2))
          .containsExactlyInAnyOrder(n + "-1", "l" + n + "-1");
    }
  }

  @ApplicationScoped
  static class One extends Seen<Integer> {
    @Incoming("numbers")
    void consume(Integer number) {
      see(number);
    }
  }

  @ApplicationScoped
  static class Other extends Seen<Message<Integer>> {
    @Incoming("numbers")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    CompletionStage<Void> consume(Message<Integer> message) {
      see(message);
      return message.ack();
    }
  }

  @Test
  void many_methods_may_consume_a_channel_that_is_broadcast() throws Exception {
    server.append(n + "-1", 0, 3);
    var properties = Map.of("in.numbers.category", n, "in.numbers.broadcast", "true");
    try (var application = new Application(server, properties, One.class, Other.class)) {
      assertThat(application.get(One.class).wait(3)).containsExactly(0, 1, 2);
      assertThat(application.get(Other.class).wait(3))
          .extracting(Message::getPayload)
          .containsExactly(0, 1, 2);
      await().atMost(LIMIT).until(() -> unsettledAndParked().equals(List.of(0L, 0L)));
    }
  }

  @ApplicationScoped
  static class Halves {
    @Incoming("numbers")
    @Outgoing("out")
    String number(Integer number) {
      return "number " + number;
    }

    @Incoming("letters")
    @Outgoing("out")
    String letter(Integer letter) {
      return "letter " + letter;
    }
  }

  @Test
  void many_methods_may_append_by_one_channel() {
    server.append(n + "-1", 0, 1);
    server.append("l" + n + "-1", 0, 1);
    var properties =
        Map.of(
            "in.numbers.category",
            n,
            "in.letters.category",
            "l" + n,
            "out.out.merge",
            "true",
            "out.out.append-to",
            own("out"),
            "out.out.event-type",
            "counted");
    try (var _ = new Application(server, properties, Halves.class)) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(stored(own("out"))).containsExactlyInAnyOrder("number 0", "letter 0"));
    }
  }

  @ApplicationScoped
  static class Chain extends Seen<Integer> {
    @Incoming("numbers")
    @Outgoing("next")
    int first(Integer number) {
      return number + 1;
    }

    @Incoming("next")
    void second(Integer number) {
      see(number);
      if (number == 2) {
        throw new IllegalStateException("can't handle two");
      }
    }
  }

  @Test
  void an_event_is_settled_by_the_end_of_its_chain_wherever_that_is() throws Exception {
    server.append(n + "-1", 0, 3);
    try (var application = new Application(server, numbers(), Chain.class)) {
      assertThat(application.get(Chain.class).wait(3)).containsExactly(1, 2, 3);
      await().atMost(LIMIT).until(() -> unsettledAndParked().equals(List.of(0L, 1L)));
    }
  }

  @ApplicationScoped
  static class Hasty extends Seen<Integer> {
    @Incoming("numbers")
    @Acknowledgment(Acknowledgment.Strategy.PRE_PROCESSING)
    void consume(Integer number) {
      see(number);
      throw new IllegalStateException("after all");
    }
  }

  @Test
  void what_is_acknowledged_before_is_not_parked_after() throws Exception {
    server.append(n + "-1", 0, 1);
    try (var application = new Application(server, numbers(), Hasty.class)) {
      application.get(Hasty.class).wait(1);
      await()
          .during(Duration.ofMillis(500))
          .atMost(LIMIT)
          .until(() -> unsettledAndParked().equals(List.of(0L, 0L)));
    }
  }

  @ApplicationScoped
  static class Batches extends Seen<List<Recorded<StoredEvent>>> {
    @Incoming("numbers")
    void consume(List<Recorded<StoredEvent>> events) {
      see(events);
    }
  }

  @Test
  void a_batch_is_a_list_settled_as_one() throws Exception {
    server.append(n + "-1", 0, 20);
    server.append(n + "-2", 0, 20);
    var properties = Map.of("in.numbers.category", n, "in.numbers.batch", "true");
    try (var application = new Application(server, properties, Batches.class)) {
      await().atMost(LIMIT).until(() -> revisions(application, n + "-2").size() == 20);
      assertThat(revisions(application, n + "-1")).isSorted().hasSize(20);
      await().atMost(LIMIT).until(() -> unsettledAndParked().equals(List.of(0L, 0L)));
    }
  }

  private static List<Long> revisions(Application application, String stream) {
    List<Long> revisions = new ArrayList<>();
    for (List<Recorded<StoredEvent>> batch : application.get(Batches.class).all()) {
      batch.stream()
          .filter(event -> event.stream().equals(stream))
          .map(Recorded::revision)
          .forEach(revisions::add);
    }
    return revisions;
  }

  @ApplicationScoped
  static class Locals extends Seen<String> {
    @Incoming("numbers")
    @Outgoing("next")
    Message<Integer> first(Message<Integer> message) {
      assertThat(VertxContext.isOnDuplicatedContext()).isTrue();
      assertThat(context().<Integer>getLocal("number")).isNull();
      context().putLocal("number", message.getPayload());
      return message.withPayload(-message.getPayload());
    }

    @Incoming("next")
    void second(Integer negative) {
      see(negative + " of " + context().getLocal("number"));
    }
  }

  private static Context context() {
    return Objects.requireNonNull(Vertx.currentContext());
  }

  @Test
  void every_message_has_a_context_of_its_own_all_along_its_way() {
    server.append(n + "-1", 1, 3);
    try (var application = new Application(server, numbers(), Locals.class)) {
      assertThat(application.get(Locals.class).wait(3))
          .containsExactly("-1 of 1", "-2 of 2", "-3 of 3");
    }
  }

  @ApplicationScoped
  static class Observer implements MessageObservationCollector<ObservationContext> {

    private final Queue<MessageObservation> observations = new ConcurrentLinkedQueue<>();

    @Override
    public MessageObservation onNewMessage(
        String channel, Message<?> message, ObservationContext context) {
      MessageObservation observation = new DefaultMessageObservation(channel);
      observations.add(observation);
      return observation;
    }

    List<MessageObservation> observed() {
      return List.copyOf(observations);
    }
  }

  @ApplicationScoped
  static class FailsFirst {
    @Incoming("numbers")
    void consume(Recorded<StoredEvent> event) {
      if (event.revision() == 0) {
        throw new IllegalStateException("can't handle it");
      }
    }
  }

  @Test
  void messages_are_observed_as_settled_and_as_failed() {
    server.append(n + "-1", 0, 2);
    try (var application = new Application(server, numbers(), Observer.class, FailsFirst.class)) {
      Observer observer = application.get(Observer.class);
      await()
          .atMost(LIMIT)
          .until(
              () -> observer.observed().stream().filter(MessageObservation::isDone).count() == 2);
      assertThat(observer.observed())
          .extracting(MessageObservation::getChannel)
          .containsOnly("numbers");
      assertThat(observer.observed().getFirst().getReason()).hasMessageContaining("can't handle");
      assertThat(observer.observed().getLast().getReason()).isNull();
    }
  }
}
