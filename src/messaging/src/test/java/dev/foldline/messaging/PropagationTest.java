package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Appended;
import dev.foldline.core.Category;
import dev.foldline.core.Recorded;
import dev.foldline.core.Shape;
import dev.foldline.core.Stored;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Upcaster;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.subscriptions.StoreFixture;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import io.smallrye.mutiny.Multi;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.smallrye.reactive.messaging.ce.IncomingCloudEventMetadata;
import io.smallrye.reactive.messaging.ce.OutgoingCloudEventMetadata;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What beans of an application get of events and messages, and what becomes of what they send. */
class PropagationTest extends StoreFixture {

  private static Map<String, String> numbers() {
    return Map.of("in.numbers.category", n);
  }

  private void append(String stream, String data) {
    server.store().append(stream, List.of(TestStore.event("counted", data))).await().atMost(LIMIT);
  }

  private List<String> stored(String stream) {
    return server.store().remaining(stream, 0, 100).await().atMost(LIMIT).stream()
        .map(event -> new String(event.event().data(), StandardCharsets.UTF_8))
        .toList();
  }

  @ApplicationScoped
  static class Events extends Seen<Recorded<StoredEvent>> {
    @Incoming("numbers")
    void consume(Recorded<StoredEvent> event) {
      see(event);
    }
  }

  @Test
  void a_payload_is_the_event_and_is_acknowledged_when_the_method_returns() throws Exception {
    server.append(n + "-1", 0, 3);
    try (var application = new Application(server, numbers(), Events.class)) {
      List<Recorded<StoredEvent>> events = application.get(Events.class).wait(3);
      assertThat(events).extracting(Recorded::revision).containsExactly(0L, 1L, 2L);
      await().atMost(LIMIT).until(() -> unsettled(own("numbers")) == 0);
    }
  }

  private long unsettled(String group) throws Exception {
    var stats =
        server
            .official()
            .subscriptions()
            .getInfoToAll(group)
            .get(10, TimeUnit.SECONDS)
            .orElseThrow()
            .getStats();
    return stats.getTotalInFlightMessages() + stats.getLiveBufferCount();
  }

  @ApplicationScoped
  static class Messages extends Seen<Message<Recorded<StoredEvent>>> {
    @Incoming("numbers")
    CompletionStage<Void> consume(Message<Recorded<StoredEvent>> message) {
      see(message);
      return CompletableFuture.completedStage(null);
    }
  }

  @Test
  void a_message_is_settled_by_its_consumer_and_carries_metadata() throws Exception {
    server.append(n + "-1", 0, 2);
    try (var application = new Application(server, numbers(), Messages.class)) {
      Messages messages = application.get(Messages.class);
      Message<Recorded<StoredEvent>> first = messages.wait(1).getFirst();
      IncomingEvent event = first.getMetadata(IncomingEvent.class).orElseThrow();
      assertThat(event.recorded()).isSameAs(first.getPayload());
      assertThat(event.attempts()).isOne();
      assertThat(unsettled(own("numbers"))).isPositive();
      first.ack().toCompletableFuture().get(10, TimeUnit.SECONDS);
      messages.wait(2).getLast().ack().toCompletableFuture().get(10, TimeUnit.SECONDS);
      await().atMost(LIMIT).until(() -> unsettled(own("numbers")) == 0);
    }
  }

  @Test
  void on_request_a_message_carries_cloud_events_attributes() {
    append(n + "-1", "1");
    var properties = Map.of("in.numbers.category", n, "in.numbers.cloud-events", "true");
    try (var application = new Application(server, properties, Messages.class)) {
      Message<Recorded<StoredEvent>> message = application.get(Messages.class).wait(1).getFirst();
      IncomingCloudEventMetadata<?> attributes =
          message.getMetadata(IncomingCloudEventMetadata.class).orElseThrow();
      StoredEvent event = message.getPayload().event();
      assertThat(attributes.getId()).isEqualTo(event.id().toString());
      assertThat(attributes.getType()).isEqualTo("counted");
      assertThat(attributes.getSource()).hasToString("/streams/" + n + "-1");
      assertThat(attributes.getSubject()).hasValue(n + "-1");
      assertThat(attributes.getTimeStamp()).isPresent();
      assertThat(attributes.getDataContentType()).hasValue("application/json");
      assertThat(attributes.<Long>getExtension("revision")).hasValue(0L);
    }
  }

  @Test
  void else_it_does_not() {
    append(n + "-1", "1");
    try (var application = new Application(server, numbers(), Messages.class)) {
      Message<Recorded<StoredEvent>> message = application.get(Messages.class).wait(1).getFirst();
      assertThat(message.getMetadata(IncomingCloudEventMetadata.class)).isEmpty();
    }
  }

  record Counted(int number, String unit) {}

  @ApplicationScoped
  static class Records extends Seen<Counted> {
    @Incoming("numbers")
    void consume(Counted counted) {
      see(counted);
    }
  }

  @ApplicationScoped
  static class Texts extends Seen<String> {
    @Incoming("numbers")
    void consume(String json) {
      see(json);
    }
  }

  @ApplicationScoped
  static class Objects extends Seen<JsonObject> {
    @Incoming("numbers")
    void consume(JsonObject json) {
      see(json);
    }
  }

  @ApplicationScoped
  static class Bytes extends Seen<byte[]> {
    @Incoming("numbers")
    void consume(byte[] data) {
      see(data);
    }
  }

  @Test
  void an_event_becomes_the_type_that_is_asked_for() {
    String json = "{\"number\":7,\"unit\":\"kg\"}";
    append(n + "-1", json);
    try (var application = new Application(server, numbers(), Records.class)) {
      assertThat(application.get(Records.class).wait(1)).containsExactly(new Counted(7, "kg"));
    }
    append(n + "-2", json);
    try (var application = new Application(server, numbers(), Texts.class)) {
      assertThat(application.get(Texts.class).wait(1)).containsExactly(json);
    }
    append(n + "-3", json);
    try (var application = new Application(server, numbers(), Objects.class)) {
      assertThat(application.get(Objects.class).wait(1)).containsExactly(new JsonObject(json));
    }
    append(n + "-4", json);
    try (var application = new Application(server, numbers(), Bytes.class)) {
      assertThat(application.get(Bytes.class).wait(1).getFirst()).asString().isEqualTo(json);
    }
  }

  @ApplicationScoped
  static class Doubling {
    @Incoming("numbers")
    @Outgoing("doubled")
    int doubled(Integer number) {
      return 2 * number;
    }
  }

  private static Map<String, String> doubling() {
    return Map.of(
        "in.numbers.category",
        n,
        "out.doubled.append-to",
        own("doubled"),
        "out.doubled.event-type",
        "doubled");
  }

  @Test
  void what_a_processor_makes_is_appended_and_then_its_event_is_acknowledged() throws Exception {
    server.append(n + "-1", 1, 3);
    try (var _ = new Application(server, doubling(), Doubling.class)) {
      await().atMost(LIMIT).until(() -> stored(own("doubled")).size() == 3);
      assertThat(stored(own("doubled"))).containsExactly("2", "4", "6");
      await().atMost(LIMIT).until(() -> unsettled(own("numbers")) == 0);
    }
  }

  @Test
  void what_is_appended_says_from_which_event_it_follows_and_belongs_to_what_that_belongs_to() {
    byte[] correlation = "{\"$correlationId\":\"Bestellung ü 1\"}".getBytes(StandardCharsets.UTF_8);
    StoredEvent named =
        new StoredEvent(UUID.randomUUID(), "counted", new byte[] {'1'}, correlation);
    StoredEvent bare = TestStore.event("counted", "2");
    server.store().append(n + "-1", List.of(named, bare)).await().atMost(LIMIT);
    try (var _ = new Application(server, doubling(), Doubling.class)) {
      await().atMost(LIMIT).until(() -> stored(own("doubled")).size() == 2);
      assertThat(server.store().remaining(own("doubled"), 0, 100).await().atMost(LIMIT))
          .extracting(
              event -> event.metadata().get("$correlationId"),
              event -> event.metadata().get("$causationId"))
          .containsExactly(
              tuple("Bestellung ü 1", named.id().toString()),
              tuple(bare.id().toString(), bare.id().toString()));
    }
  }

  record Weighed(OffsetDateTime at, BigDecimal kilos) {}

  @ApplicationScoped
  static class Weighing {
    @Incoming("numbers")
    @Outgoing("weighed")
    Weighed weigh(Integer number) {
      return new Weighed(
          OffsetDateTime.parse("2026-01-31T12:00:00+02:00"), BigDecimal.valueOf(10 * number, 2));
    }
  }

  @ApplicationScoped
  static class Scales extends Seen<Weighed> {
    @Incoming("numbers")
    void consume(Weighed weighed) {
      see(weighed);
    }
  }

  @Test
  void times_and_decimals_are_stored_as_they_are() throws Exception {
    server.append(n + "-1", 1, 1);
    var properties =
        Map.of(
            "in.numbers.category",
            n,
            "out.weighed.append-to",
            own("weighed"),
            "out.weighed.event-type",
            "weighed");
    try (var _ = new Application(server, properties, Weighing.class)) {
      await().atMost(LIMIT).until(() -> stored(own("weighed")).size() == 1);
    }
    String json = stored(own("weighed")).getFirst();
    assertThat(json).isEqualTo("{\"at\":\"2026-01-31T12:00:00+02:00\",\"kilos\":0.10}");
    append(n + "-2", json);
    try (var application = new Application(server, numbers(), Scales.class)) {
      assertThat(application.get(Scales.class).wait(1))
          .containsExactly(
              new Weighed(
                  OffsetDateTime.parse("2026-01-31T12:00:00+02:00"), new BigDecimal("0.10")));
    }
  }

  @ApplicationScoped
  static class Senders {
    @Inject
    @Channel("out")
    Emitter<Counted> plain;

    @Inject
    @Channel("mutiny")
    MutinyEmitter<String> mutiny;

    CompletionStage<Void> send(Counted payload) {
      return plain.send(payload);
    }

    void send(Message<String> message) {
      mutiny.sendMessage(message).await().atMost(LIMIT);
    }
  }

  private Application sender() {
    return new Application(
        server,
        Map.of(
            "out.out.append-to", n + "-out",
            "out.out.event-type", "counted",
            "out.mutiny.append-to", n + "-mutiny",
            "out.mutiny.event-type", "counted",
            "out.mutiny.cloud-events", "true"),
        Senders.class);
  }

  @Test
  void an_emitter_hears_when_it_is_appended() throws Exception {
    try (var application = sender()) {
      Senders senders = application.get(Senders.class);
      senders.send(new Counted(1, "m")).toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertThat(stored(n + "-out")).containsExactly("{\"number\":1,\"unit\":\"m\"}");
      assertThat(
              server
                  .store()
                  .remaining(n + "-out", 0, 1)
                  .await()
                  .atMost(LIMIT)
                  .getFirst()
                  .event()
                  .type())
          .isEqualTo("counted");
    }
  }

  @Test
  void metadata_say_where_under_which_id_and_beside_what_and_the_result_is_on_the_message() {
    UUID id = UUID.randomUUID();
    try (var application = sender()) {
      OutgoingMessageMetadata<Appended> result = new OutgoingMessageMetadata<>();
      OutgoingEvent event =
          OutgoingEvent.to(n + "-7", "weighed")
              .expecting(-1)
              .withId(id)
              .withMetadata(Map.of("by", "Ada"));
      application.get(Senders.class).send(Message.of("7").addMetadata(event).addMetadata(result));

      Recorded<StoredEvent> stored =
          server.store().remaining(n + "-7", 0, 1).await().atMost(LIMIT).getFirst();
      assertThat(stored.event().id()).isEqualTo(id);
      assertThat(stored.event().type()).isEqualTo("weighed");
      assertThat(stored.metadata()).containsEntry("by", "Ada");
      assertThat(result.getResult()).isEqualTo(new Appended(0, stored.position()));
    }
  }

  @Test
  void cloud_events_attributes_say_the_type_and_the_id() {
    UUID id = UUID.randomUUID();
    try (var application = sender()) {
      var attributes =
          OutgoingCloudEventMetadata.<String>builder()
              .withId(id.toString())
              .withType("weighed")
              .withSubject(n + "-8")
              .build();
      application.get(Senders.class).send(Message.of("8").addMetadata(attributes));

      StoredEvent stored =
          server.store().remaining(n + "-mutiny", 0, 1).await().atMost(LIMIT).getFirst().event();
      assertThat(stored.id()).isEqualTo(id);
      assertThat(stored.type()).isEqualTo("weighed");
    }
  }

  @Test
  void an_emitter_hears_what_went_wrong() {
    try (var application = sender()) {
      Message<String> message =
          Message.of("7").addMetadata(OutgoingEvent.to(n + "-7", "weighed").expecting(3));
      assertThatThrownBy(() -> application.get(Senders.class).send(message))
          .hasMessageContaining(n + "-7");
    }
  }

  sealed interface Order {
    @Stored("order-placed.v2")
    record Placed(BigDecimal price, OffsetDateTime at) implements Order {}

    @Stored("order-paid")
    record Paid(BigDecimal price) implements Order {}
  }

  private static final Order.Paid PAID = new Order.Paid(new BigDecimal("1.10"));

  static class Codec {
    private static final Category<Order> ORDERS =
        Category.of(
            "order",
            Order.class,
            Upcaster.toNext("order-placed", data -> with(data, "at", "2024-05-01T10:00:00Z")),
            new Upcaster(
                "order-bought",
                Set.of("order-placed", "order-paid"),
                data -> List.of(new Shape("order-placed", data), new Shape("order-paid", data))));

    private static Map<String, Object> with(Map<String, Object> data, String field, String value) {
      Map<String, Object> changed = new HashMap<>(data);
      changed.put(field, value);
      return changed;
    }

    @Produces
    @Singleton
    EventCodec codec() {
      return new EventCodec(List.of(ORDERS));
    }
  }

  private void appendOrder(String type) {
    String data =
        "{\"price\":1.10" + (type.endsWith("v2") ? ",\"at\":\"2024-05-01T10:00:00Z\"}" : "}");
    server.store().append(n + "-1", List.of(TestStore.event(type, data))).await().atMost(LIMIT);
  }

  @ApplicationScoped
  static class Orders extends Seen<Recorded<Order>> {
    @Incoming("numbers")
    void consume(Recorded<Order> order) {
      see(order);
    }
  }

  @ApplicationScoped
  static class OrderMessages extends Seen<Recorded<Order>> {
    @Incoming("numbers")
    CompletionStage<Void> consume(Message<Recorded<Order>> message) {
      see(message.getPayload());
      return message.ack();
    }
  }

  @ApplicationScoped
  static class OrderStreams extends Seen<Recorded<Order>> {
    @Incoming("numbers")
    @Outgoing("prices")
    Multi<String> prices(Multi<Recorded<Order>> orders) {
      return orders.invoke(this::see).map(order -> "" + order.revision());
    }

    @Incoming("prices")
    void consume(String price) {}
  }

  @ApplicationScoped
  static class OrderBatches extends Seen<Recorded<Order>> {
    @Incoming("numbers")
    void consume(List<Recorded<Order>> orders) {
      orders.forEach(this::see);
    }
  }

  @ApplicationScoped
  static class Placed extends Seen<Recorded<Order.Placed>> {
    @Incoming("numbers")
    void consume(Recorded<Order.Placed> order) {
      see(order);
    }
  }

  static List<Class<? extends Seen<Recorded<Order>>>> takeRecordedOrders() {
    return List.of(Orders.class, OrderMessages.class, OrderStreams.class, OrderBatches.class);
  }

  @ParameterizedTest
  @MethodSource("takeRecordedOrders")
  void an_event_comes_with_what_is_known_of_it_in_all_its_versions(
      Class<? extends Seen<Recorded<Order>>> consumer) {
    appendOrder("order-placed");
    appendOrder("order-paid");
    List<Recorded<StoredEvent>> stored =
        server.store().remaining(n + "-1", 0, 2).await().atMost(LIMIT);
    try (var application = new Application(server, numbers(), consumer, Codec.class)) {
      List<Recorded<Order>> orders = application.get(consumer).wait(2);
      assertThat(orders.getFirst().event()).isInstanceOf(Order.Placed.class);
      assertThat(orders.getLast().event()).isEqualTo(PAID);
      assertThat(orders)
          .extracting(Recorded::eventId, Recorded::revision, Recorded::position)
          .containsExactly(
              tuple(stored.get(0).eventId(), 0L, stored.get(0).position()),
              tuple(stored.get(1).eventId(), 1L, stored.get(1).position()));
    }
  }

  @Test
  void a_batch_comes_so_too() {
    appendOrder("order-placed");
    appendOrder("order-paid");
    var properties = Map.of("in.numbers.category", n, "in.numbers.batch", "true");
    try (var application = new Application(server, properties, OrderBatches.class, Codec.class)) {
      assertThat(application.get(OrderBatches.class).wait(2).getLast().event()).isEqualTo(PAID);
    }
  }

  @Test
  void what_became_several_is_parked_where_one_is_taken() {
    appendOrder("order-bought");
    appendOrder("order-paid");
    try (var application = new Application(server, numbers(), Orders.class, Codec.class)) {
      assertThat(application.get(Orders.class).wait(1).getFirst().event()).isEqualTo(PAID);
      await().atMost(LIMIT).until(() -> parked(own("numbers")) == 1);
    }
  }

  @Test
  void what_became_several_is_a_list_of_them() {
    appendOrder("order-bought");
    try (var application = new Application(server, numbers(), OrderBatches.class, Codec.class)) {
      List<Recorded<Order>> orders = application.get(OrderBatches.class).wait(2);
      assertThat(orders.getFirst().event()).isInstanceOf(Order.Placed.class);
      assertThat(orders.getLast().event()).isEqualTo(PAID);
      assertThat(orders).extracting(Recorded::revision).containsOnly(0L);
    }
  }

  private long parked(String group) throws Exception {
    return server
        .official()
        .subscriptions()
        .getInfoToAll(group)
        .get(10, TimeUnit.SECONDS)
        .orElseThrow()
        .getStats()
        .getParkedMessageCount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"order-placed.v2", "order-placed, some-other"})
  void those_that_are_named_come_in_each_version_and_no_others(String events) throws Exception {
    for (String type :
        List.of("order-placed", "order-paid", "order-placed.v2", "order-bought", "unknown")) {
      appendOrder(type);
    }
    var properties = Map.of("in.numbers.category", n, "in.numbers.events", events);
    try (var application = new Application(server, properties, Placed.class, Codec.class)) {
      assertThat(application.get(Placed.class).wait(3))
          .allSatisfy(order -> assertThat(order.event()).isInstanceOf(Order.Placed.class))
          .extracting(Recorded::revision)
          .containsExactly(0L, 2L, 3L);
      await().atMost(LIMIT).until(() -> unsettled(own("numbers")) == 0);
      assertThat(parked(own("numbers"))).isZero();
    }
  }

  @ApplicationScoped
  static class Splitting {
    @Incoming("numbers")
    @Outgoing("halves")
    Multi<Integer> split(Integer number) {
      return Multi.createFrom().items(number, number);
    }
  }

  @Test
  void what_a_cause_leads_to_is_stored_once_though_the_cause_is_handled_again() throws Exception {
    server.append(n + "-1", 1, 3);
    for (String group : List.of("first", "again")) {
      var properties =
          Map.of(
              "in.numbers.category",
              n,
              "in.numbers.group",
              group,
              "out.halves.append-to",
              "halves",
              "out.halves.event-type",
              "halved");
      try (var _ = new Application(server, properties, Splitting.class)) {
        await().atMost(LIMIT).until(() -> stored("halves").size() >= 6);
        await().atMost(LIMIT).until(() -> unsettled(group) == 0);
      }
      assertThat(stored("halves")).containsExactly("1", "1", "2", "2", "3", "3");
    }
  }
}
