package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupFixture.checkpoint;
import static dev.foldline.embedded.persistent.GroupFixture.checkpointAtOnce;
import static dev.foldline.embedded.persistent.GroupFixture.fromAll;
import static dev.foldline.embedded.persistent.GroupFixture.fromStart;
import static dev.foldline.embedded.persistent.GroupFixture.link;
import static dev.foldline.embedded.persistent.GroupFixture.readOptions;
import static dev.foldline.embedded.persistent.GroupFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import com.eventstore.dbclient.proto.shared.Shared.UUID;
import dev.foldline.embedded.log.ExpectedRevision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contract 6.3, 6.4: reading a group. */
@Timeout(30)
class PersistentSubscriptionReadTest {
  private final GroupFixture store = GroupFixture.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  @DisplayName("6.3 a good handshake is confirmed with {stream}::{group}, then come the events")
  void handshake() {
    store.append("s", "e0", "e1");
    store.create("s");
    var consumer = store.read(ReadReq.newBuilder().setOptions(readOptions("s")).build());
    assertThat(consumer.confirmed()).isEqualTo("s::g");
    assertThat(consumer.take(2)).containsExactly("0@s e0 r0", "1@s e1 r0");
  }

  @Test
  @DisplayName("6.3 $all by name means the $all group")
  void all_by_name() {
    store.create("$all");
    var options = readOptions("$all");
    options.setStreamIdentifier(GroupFixture.identifier("$all"));
    var consumer = store.read(ReadReq.newBuilder().setOptions(options).build());
    assertThat(consumer.confirmed()).isEqualTo("$all::g");
  }

  @Test
  @DisplayName("6.3 a bad handshake is UNKNOWN, a missing group NOT_FOUND")
  void bad_handshakes() {
    store.create("s");
    assertThat(refusal(readOptions("s").clearUuidOption())).isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions("s").setBufferSize(0))).isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions("s").setBufferSize(-1))).isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions("s").setGroupName(""))).isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions(""))).isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions("s").clearStreamOption())).isEqualTo("UNKNOWN");
    assertThat(store.read(ReadReq.getDefaultInstance()).end()).isEqualTo("UNKNOWN");
    assertThat(
            store.read(ReadReq.newBuilder().setAck(ReadReq.Ack.getDefaultInstance()).build()).end())
        .isEqualTo("UNKNOWN");
    assertThat(refusal(readOptions("other")))
        .isEqualTo("NOT_FOUND persistent-subscription-does-not-exist");
  }

  private String refusal(ReadReq.Options.Builder options) {
    return store.read(ReadReq.newBuilder().setOptions(options).build()).end();
  }

  @Test
  @DisplayName(
      "6.3 a half-close before the first message ends OK, a later one ends and releases nothing")
  void half_close() {
    store.append("s", "e0");
    store.create("s");
    var consumer = store.join("s");
    consumer.take(1);
    consumer.halfClose();
    store.append("s", "e1");
    assertThat(consumer.take(1)).containsExactly("1@s e1 r0");
    assertThat(store.info("s").getConnectionsCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("6.3 too many consumers: FAILED_PRECONDITION maximum-subscribers-reached")
  void maximum_subscribers() {
    store.create("s", settings().setMaxSubscriberCount(1));
    var first = store.join("s");
    assertThat(refusal(readOptions("s")))
        .isEqualTo("FAILED_PRECONDITION maximum-subscribers-reached");
    first.cancel();
    await().until(() -> store.info("s").getConnectionsCount() == 0);
    store.join("s");
  }

  @Test
  @DisplayName("6.3 at most buffer_size events are unacknowledged")
  void buffer() {
    store.append("s", "e0", "e1", "e2", "e3");
    store.create("s");
    var consumer = store.join("s", 2);
    consumer.take(2);
    assertThat(consumer.isQuiet()).isTrue();
    consumer.ack(0);
    assertThat(consumer.take(1)).containsExactly("2@s e2 r0");
    assertThat(store.info("s").getConnections(0).getAvailableSlots()).isZero();
  }

  @Test
  @DisplayName("6.3 links are resolved if asked for, and acknowledged by the link's id")
  void links() {
    store.append("t", "e0", "e1");
    store.append("l", link(1, "t"), link(9, "t"));
    store.create("l", settings().setResolveLinks(true));
    var consumer = store.join("l");
    assertThat(consumer.take(2)).containsExactly("1@t e1 via 0@l $> r0", "none via 1@l $> r0");
    assertThat(consumer.event(0).getEvent().getCommitPosition())
        .isEqualTo(consumer.event(0).getLink().getCommitPosition())
        .isEqualTo(consumer.event(0).getCommitPosition());
    consumer.ackIds(consumer.event(0).getEvent().getId());
    consumer.ack(1);
    await().until(() -> store.info("l").getTotalInFlightMessages() == 1);
    consumer.ack(0);
    await().until(() -> store.info("l").getTotalInFlightMessages() == 0);
  }

  @Test
  @DisplayName("6.3 links committed while the group is live are resolved too")
  void live_links() {
    store.append("t", "e0");
    store.create("l", settings().setResolveLinks(true));
    var consumer = store.join("l");
    await().until(() -> store.info("l").getStatus().equals("Live"));
    store.append("l", link(0, "t"));
    assertThat(consumer.take(1)).containsExactly("0@t e0 via 0@l $> r0");
  }

  @Test
  @DisplayName(
      "6.3 unknown, malformed and empty ids, strange actions and second options are ignored")
  void nonsense() {
    store.append("s", "e0");
    store.create("s");
    var consumer = store.join("s");
    consumer.take(1);
    consumer.ackIds(UUID.newBuilder().setString(java.util.UUID.randomUUID().toString()).build());
    consumer.ackIds(UUID.newBuilder().setString("nope").build(), UUID.getDefaultInstance());
    consumer.ackIds();
    var strange = ReadReq.newBuilder();
    strange.getNackBuilder().setActionValue(9).addIds(consumer.event(0).getEvent().getId());
    consumer.send(strange);
    consumer.send(ReadReq.newBuilder().setOptions(readOptions("s")));
    store.append("s", "e1");
    assertThat(consumer.take(1)).containsExactly("1@s e1 r0");
    assertThat(store.info("s").getTotalInFlightMessages()).isEqualTo(2);
  }

  @Test
  @DisplayName("6.3 ids may come in either form, whatever form was asked for")
  void id_forms() {
    store.append("s", "e0");
    store.create("s");
    var options = readOptions("s");
    options.getUuidOptionBuilder().setString(Empty.getDefaultInstance());
    var consumer = store.join(options);
    consumer.take(1);
    var id = java.util.UUID.fromString(consumer.event(0).getEvent().getId().getString());
    var structured = UUID.newBuilder();
    structured
        .getStructuredBuilder()
        .setMostSignificantBits(id.getMostSignificantBits())
        .setLeastSignificantBits(id.getLeastSignificantBits());
    consumer.ackIds(structured.build());
    await().until(() -> store.info("s").getTotalInFlightMessages() == 0);
  }

  @Test
  @DisplayName("6.3 a live group delivers the tombstone and drops nobody")
  void live_tombstone() {
    store.append("s", "e0");
    store.create("s");
    var consumer = store.join("s");
    consumer.take(1);
    await().until(() -> store.info("s").getStatus().equals("Live"));
    store.log().tombstone("s", ExpectedRevision.ANY).join();
    assertThat(consumer.take(1)).containsExactly("MAX@s $streamDeleted r0");
    store.join("s");
    assertThat(store.info("s").getConnectionsCount()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "6.3 a group that must read a tombstoned history confirms, then drops; one from the end stays silent")
  void tombstoned_history() {
    store.append("s", "e0");
    store.log().tombstone("s", ExpectedRevision.ANY).join();
    store.create("s");
    var consumer = store.read(ReadReq.newBuilder().setOptions(readOptions("s")).build());
    consumer.confirmed();
    assertThat(consumer.end()).isEqualTo("CANCELLED persistent-subscription-dropped");
    store.delete("s");
    var fromEnd = fromStart("s");
    fromEnd.getStreamBuilder().setEnd(Empty.getDefaultInstance());
    store.create(fromEnd);
    assertThat(store.join("s").isQuiet()).isTrue();
  }

  @Test
  @DisplayName("6.3 a disconnect redelivers with one retry more, without a limit")
  void disconnect() {
    store.append("s", "e0");
    store.create("s", settings().setMaxRetryCount(0));
    for (int retry = 0; retry < 3; retry++) {
      var consumer = store.join("s");
      assertThat(consumer.take(1)).containsExactly("0@s e0 r" + retry);
      consumer.cancel();
      await().until(() -> store.info("s").getConnectionsCount() == 0);
    }
  }

  @Test
  @DisplayName("6.4 Unknown and Retry redeliver, Skip and Stop acknowledge, Park parks")
  void nack_actions() {
    store.append("s", "e0", "e1", "e2", "e3", "e4");
    store.create("s");
    var consumer = store.join("s");
    consumer.take(5);
    consumer.nack(Action.Unknown, 0);
    assertThat(consumer.take(1)).containsExactly("0@s e0 r1");
    consumer.nack(Action.Retry, 1);
    assertThat(consumer.take(1)).containsExactly("1@s e1 r1");
    consumer.nack(Action.Skip, 2);
    consumer.nack(Action.Stop, 3);
    consumer.nack(Action.Park, 4);
    await().until(() -> store.info("s").getParkedMessageCount() == 1);
    assertThat(store.info("s").getTotalInFlightMessages()).isEqualTo(2);
  }

  @Test
  @DisplayName("6.4 a time-out behaves as a retry")
  void timeout() {
    store.append("s", "e0");
    store.create("s", settings().setMessageTimeoutMs(500).setMaxRetryCount(1));
    var consumer = store.join("s");
    assertThat(consumer.take(2)).containsExactly("0@s e0 r0", "0@s e0 r1");
    await().until(() -> store.info("s").getParkedMessageCount() == 1);
  }

  @Test
  @DisplayName("6.1 a group on $all starts with the event at its position and filters")
  void filtered_all() {
    store.append("no-1", "n0");
    var position = store.append("yes-1", "y0");
    store.append("no-1", "n1");
    store.append("yes-2", "y1");
    store.create(fromAll(position, "yes-"));
    var consumer = store.join("$all");
    assertThat(consumer.take(2)).containsExactly("0@yes-1 y0 r0", "0@yes-2 y1 r0");
    store.append("no-1", "n2");
    store.append("yes-1", "y2");
    assertThat(consumer.take(1)).containsExactly("1@yes-1 y2 r0");
  }

  @Test
  @DisplayName("6.1 an expression that takes too long keeps no event from the group")
  void pathological_filter() {
    var options = fromAll(0, "");
    options
        .getAllBuilder()
        .getFilterBuilder()
        .getStreamIdentifierBuilder()
        .clearPrefix()
        .setRegex("^(a|aa)+(b|\\1)c$");
    store.create(options);
    var consumer = store.join("$all");
    var stream = "a".repeat(60) + "!";
    store.append("other", "o0");
    store.append(stream, "e0");
    store.append("aaac", "e1");
    assertThat(consumer.take(2)).containsExactly("0@" + stream + " e0 r0", "0@aaac e1 r0");
  }

  @Test
  @DisplayName("6.1 from the end: events after creation, retained without a consumer")
  void from_end() {
    store.append("s", "e0");
    var options = fromStart("s");
    options.getStreamBuilder().setEnd(Empty.getDefaultInstance());
    store.create(options);
    store.append("s", "e1");
    assertThat(store.join("s").take(1)).containsExactly("1@s e1 r0");
  }

  @Test
  @DisplayName("6.1 the end of $all lies before the event that says that the group was created")
  void from_end_of_all() {
    store.append("s", "e0");
    var options = fromStart("$all");
    options.getAllBuilder().setEnd(Empty.getDefaultInstance());
    store.create(options);
    store.append("s", "e1");
    assertThat(store.join("$all").take(2))
        .containsExactly("0@$persistentSubscriptionConfig $PersistentConfig r0", "1@s e1 r0");
    store.update("$all", update -> update.getAllBuilder().setEnd(Empty.getDefaultInstance()));
    assertThat(store.join("$all").take(1))
        .containsExactly("1@$persistentSubscriptionConfig $PersistentConfig r0");
  }

  @Test
  @DisplayName("6.1 an unfiltered $all group is not told of its own bookkeeping")
  void unfiltered_all() {
    var position = store.append("s", "e0");
    var options = fromAll(position, "").setSettings(checkpointAtOnce());
    options.getAllBuilder().setNoFilter(Empty.getDefaultInstance());
    store.create(options);
    var consumer = store.join("$all");
    assertThat(consumer.take(3)).startsWith("0@s e0 r0");
    assertThat(consumer.event(2).getEvent().getMetadataMap())
        .containsEntry("type", "$PersistentConfig");
    consumer.ackAll();
    await().until(() -> !store.events(checkpoint("$all")).isEmpty());
    store.append("s", "e1");
    assertThat(consumer.take(1)).containsExactly("1@s e1 r0");
  }

  @Test
  @DisplayName("6.3 a long history and live bursts beyond every buffer arrive once, in order")
  void long_history_and_bursts() {
    var small = settings().setLiveBufferSize(10).setReadBatchSize(5).setHistoryBufferSize(10);
    for (int i = 0; i < 300; i++) {
      store.append("s", "e");
    }
    store.create("s", small);
    var consumer = store.join("s", 5);
    for (int revision = 0; revision < 600; revision++) {
      assertThat(consumer.take(1)).containsExactly(revision + "@s e r0");
      consumer.ack(revision);
      if (revision < 300) {
        store.append("s", "e");
      }
    }
  }
}
