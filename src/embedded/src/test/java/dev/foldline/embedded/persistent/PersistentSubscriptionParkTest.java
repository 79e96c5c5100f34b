package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupFixture.checkpointAtOnce;
import static dev.foldline.embedded.persistent.GroupFixture.failure;
import static dev.foldline.embedded.persistent.GroupFixture.fromAll;
import static dev.foldline.embedded.persistent.GroupFixture.link;
import static dev.foldline.embedded.persistent.GroupFixture.parked;
import static dev.foldline.embedded.persistent.GroupFixture.replay;
import static dev.foldline.embedded.persistent.GroupFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.UpdateReq;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contract 6.5: parking and replay. */
@Timeout(30)
class PersistentSubscriptionParkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GroupFixture store = GroupFixture.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  /** A group on a stream of that many events, all of them parked, and its consumer. */
  private TestConsumer parkAll(String stream, int count) {
    store.append(stream, IntStream.range(0, count).mapToObj(i -> "e" + i).toArray(String[]::new));
    store.create(stream);
    var consumer = store.join(stream, 50);
    consumer.take(count);
    consumer.nack(Action.Park, IntStream.range(0, count).toArray());
    awaitParked(stream, count);
    return consumer;
  }

  private void awaitParked(String stream, int count) {
    await().until(() -> store.info(stream).getParkedMessageCount() == count);
  }

  private JsonNode entryMetadata(String stream, int index) {
    try {
      return JSON.readTree(store.events(parked(stream)).get(index).metadata().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisplayName("6.5 an entry is a link to the event, with when and why it was parked")
  void entry() {
    parkAll("s", 2);
    assertThat(store.events(parked("s"))).allMatch(event -> event.isLink() && !event.json());
    assertThat(store.data(parked("s"))).containsExactly("0@s", "1@s");
    assertThat(entryMetadata("s", 0).has("subscriptionEventNumber")).isFalse();
    assertThat(entryMetadata("s", 1).get("subscriptionEventNumber").isNumber()).isTrue();
    assertThat(entryMetadata("s", 1).get("subscriptionEventNumber").asInt()).isEqualTo(1);
    assertThat(entryMetadata("s", 0).get("reason").asText()).contains("because");
    assertThat(Instant.parse(entryMetadata("s", 0).get("added").asText()))
        .isBeforeOrEqualTo(Instant.now());
  }

  @Test
  @DisplayName("6.5 exhausted retries are the reason where nobody gave another")
  void exhausted() {
    store.append("s", "e0");
    store.create("s", settings().setMaxRetryCount(0));
    var consumer = store.join("s");
    consumer.take(1);
    consumer.nack(Action.Retry, 0);
    awaitParked("s", 1);
    assertThat(entryMetadata("s", 0).get("reason").asText()).isNotEmpty().doesNotContain("because");
  }

  @Test
  @DisplayName("6.5 of a resolved link the target is parked, of an unresolved one the link")
  void links() {
    store.append("t", "e0", "e1");
    store.append("l", link(1, "t"), link(9, "t"));
    store.create("l", settings().setResolveLinks(true));
    var consumer = store.join("l");
    consumer.take(2);
    consumer.nack(Action.Park, 0, 1);
    awaitParked("l", 2);
    assertThat(store.data(parked("l"))).containsExactlyInAnyOrder("1@t", "1@l");
  }

  @Test
  @DisplayName("6.5 replay delivers what was parked with retry count 0, by way of the parked link")
  void replay_all() {
    var consumer = parkAll("s", 3);
    store.replayAllParked("s");
    assertThat(consumer.take(3))
        .containsExactly(
            "0@s e0 via 0@" + parked("s") + " $> r0",
            "1@s e1 via 1@" + parked("s") + " $> r0",
            "2@s e2 via 2@" + parked("s") + " $> r0");
    awaitParked("s", 0);
    assertThat(store.data("$$" + parked("s")).getLast())
        .isEqualTo(
            "{\"$tb\":3,\"$acl\":{\"$r\":\"$admins\",\"$w\":\"$admins\",\"$d\":\"$admins\",\"$mr\":\"$admins\",\"$mw\":\"$admins\"}}");
    consumer.ack(3, 4, 5);
    await().until(() -> store.info("s").getTotalInFlightMessages() == 0);
    store.replayAllParked("s");
    assertThat(consumer.isQuiet()).isTrue();
  }

  @Test
  @DisplayName("6.5 stop_at is exclusive and counts revisions of the parked stream")
  void stop_at() {
    var consumer = parkAll("s", 4);
    store.replayParked(replay("s").setStopAt(0));
    store.replayParked(replay("s").setStopAt(2));
    consumer.take(2);
    awaitParked("s", 2);
    store.replayParked(replay("s").setStopAt(50));
    assertThat(consumer.take(2))
        .containsExactly(
            "2@s e2 via 2@" + parked("s") + " $> r0", "3@s e3 via 3@" + parked("s") + " $> r0");
    awaitParked("s", 0);
  }

  @Test
  @DisplayName("6.5 no stop option: UNKNOWN; negative: INTERNAL failed; missing group: NOT_FOUND")
  void refusals() {
    store.create("s");
    assertThat(failure(() -> store.replayParked(replay("s")))).isEqualTo("UNKNOWN");
    assertThat(failure(() -> store.replayParked(replay("s").setStopAt(-1))))
        .isEqualTo("INTERNAL persistent-subscription-failed");
    assertThat(failure(() -> store.replayAllParked("t")))
        .isEqualTo("NOT_FOUND persistent-subscription-does-not-exist");
    store.replayAllParked("s");
  }

  @Test
  @DisplayName("6.5 a replayed event that fails again is parked anew")
  void parked_anew() {
    var consumer = parkAll("s", 1);
    store.replayAllParked("s");
    consumer.take(1);
    consumer.nack(Action.Park, 1);
    awaitParked("s", 1);
    assertThat(store.data(parked("s"))).containsExactly("0@s");
    store.replayAllParked("s");
    assertThat(consumer.take(1)).containsExactly("0@s e0 via 1@" + parked("s") + " $> r0");
  }

  @Test
  @DisplayName("6.5 entries whose event is gone are skipped")
  void event_gone() {
    var consumer = parkAll("s", 3);
    store.metadata("s", "{\"$tb\":2}");
    store.replayAllParked("s");
    assertThat(consumer.take(1)).containsExactly("2@s e2 via 2@" + parked("s") + " $> r0");
    awaitParked("s", 0);
  }

  @Test
  @DisplayName("6.5 without a consumer, replayed events wait for one")
  void waits_for_consumer() {
    parkAll("s", 1).cancel();
    await().until(() -> store.info("s").getConnectionsCount() == 0);
    store.replayAllParked("s");
    assertThat(store.join("s").take(1)).containsExactly("0@s e0 via 0@" + parked("s") + " $> r0");
  }

  @Test
  @DisplayName(
      "6.5 replayed events that nobody acknowledged are parked again when the group is restarted")
  void replayed_survive_update() {
    var consumer = parkAll("s", 2);
    store.replayAllParked("s");
    consumer.take(2);
    awaitParked("s", 0);
    store.update("s", UpdateReq.Options.Builder::getSettingsBuilder);
    awaitParked("s", 2);
    assertThat(store.data(parked("s"))).containsExactlyInAnyOrder("0@s", "1@s");
  }

  @Test
  @DisplayName("6.5 a group on $all parks into a stream of its own, unseen in $all")
  void of_all_group() {
    var position = store.append("s", "e0", "e1");
    store.create(fromAll(position, "s"));
    var consumer = store.join("$all");
    assertThat(consumer.take(1)).containsExactly("1@s e1 r0");
    consumer.nack(Action.Park, 0);
    awaitParked("$all", 1);
    assertThat(store.data(parked("$all"))).containsExactly("1@s");
    assertThat(entryMetadata("$all", 0).get("subscriptionEventNumber").asInt()).isEqualTo(1);
    store.replayAllParked("$all");
    assertThat(consumer.take(1)).containsExactly("1@s e1 via 0@" + parked("$all") + " $> r0");
  }

  @Test
  @DisplayName("6.5 a parked event counts as processed")
  void counts_as_processed() {
    store.append("s", "e0", "e1");
    store.create("s", checkpointAtOnce());
    var consumer = store.join("s");
    consumer.take(2);
    consumer.nack(Action.Park, 0, 1);
    await().until(() -> store.info("s").getLastCheckpointedEventPosition().equals("1"));
  }

  @Test
  @DisplayName("6.5 more parked events than a page are all replayed")
  void many_pages() {
    var consumer = parkAll("s", 50);
    store.replayAllParked("s");
    for (int i = 0; i < 50; i++) {
      consumer.take(1);
      consumer.ack(50 + i);
    }
    awaitParked("s", 0);
  }
}
