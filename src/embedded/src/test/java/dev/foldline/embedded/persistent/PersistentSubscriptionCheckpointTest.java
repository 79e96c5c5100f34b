package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupFixture.checkpoint;
import static dev.foldline.embedded.persistent.GroupFixture.checkpointAtOnce;
import static dev.foldline.embedded.persistent.GroupFixture.fromAll;
import static dev.foldline.embedded.persistent.GroupFixture.fromStart;
import static dev.foldline.embedded.persistent.GroupFixture.parked;
import static dev.foldline.embedded.persistent.GroupFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Contract 6.6: checkpoints and what a restart makes of them. */
@Timeout(30)
class PersistentSubscriptionCheckpointTest {
  private final Path directory;

  PersistentSubscriptionCheckpointTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @DisplayName("6.6 a checkpoint is a JSON string, just before the lowest unacknowledged event")
  void in_stream() {
    try (var store = GroupFixture.in(directory)) {
      store.append("s", "e0", "e1", "e2", "e3");
      store.create("s", checkpointAtOnce());
      var consumer = store.join("s");
      consumer.take(4);
      consumer.ack(0, 1, 3);
      await().until(() -> store.data(checkpoint("s")).contains("\"1\""));
      var event = store.events(checkpoint("s")).getLast();
      assertThat(event.type()).isEqualTo("$SubscriptionCheckpoint");
      assertThat(event.json()).isTrue();
      assertThat(event.metadata().isEmpty()).isTrue();
      assertThat(store.info("s").getLastCheckpointedEventPosition()).isEqualTo("1");
    }
  }

  @Test
  @DisplayName("6.6 on $all it holds the commit and the prepare position")
  void on_all() {
    try (var store = GroupFixture.in(directory)) {
      var position = store.append("s", "e0");
      store.create(fromAll(position, "s").setSettings(checkpointAtOnce()));
      var consumer = store.join("$all");
      consumer.take(1);
      consumer.ack(0);
      await().until(() -> !store.data(checkpoint("$all")).isEmpty());
      assertThat(store.data(checkpoint("$all")))
          .containsExactly("\"C:%1$d/P:%1$d\"".formatted(position));
    }
  }

  @Test
  @DisplayName("6.6 events that the filter skips while live move the checkpoint")
  void skipped_while_live() {
    try (var store = GroupFixture.in(directory)) {
      var position = store.append("s", "e0");
      store.create(fromAll(position, "s").setSettings(checkpointAtOnce()));
      var consumer = store.join("$all");
      consumer.take(1);
      consumer.ack(0);
      await().until(() -> !store.data(checkpoint("$all")).isEmpty());
      var other = store.append("other", "o0");
      await()
          .until(
              () -> store.data(checkpoint("$all")).contains("\"C:%1$d/P:%1$d\"".formatted(other)));
    }
  }

  @Test
  @DisplayName(
      "6.6 after a restart: on from the checkpoint, at or before the first unacknowledged event")
  void resumes() {
    try (var store = GroupFixture.in(directory)) {
      store.append("s", "e0", "e1", "e2", "e3");
      store.create("s", checkpointAtOnce());
      var consumer = store.join("s");
      consumer.take(4);
      consumer.ack(0, 1, 3);
      await().until(() -> store.data(checkpoint("s")).contains("\"1\""));
    }
    try (var store = GroupFixture.in(directory)) {
      assertThat(store.info("s").getLastCheckpointedEventPosition()).isEqualTo("1");
      assertThat(store.join("s").take(2)).containsExactly("2@s e2 r0", "3@s e3 r0");
    }
  }

  @Test
  @DisplayName("6.6 a filtered $all group goes on over restarts")
  void resumes_on_all() {
    try (var store = GroupFixture.in(directory)) {
      var position = store.append("account-1", "e0", "e1");
      store.create(fromAll(position - 1, "account-").setSettings(checkpointAtOnce()));
      var consumer = store.join("$all");
      consumer.take(1);
      consumer.ack(0);
      await().until(() -> !store.data(checkpoint("$all")).isEmpty());
    }
    try (var store = GroupFixture.in(directory)) {
      store.append("other-1", "o0");
      store.append("account-2", "e2");
      assertThat(store.join("$all").take(1)).containsExactly("0@account-2 e2 r0");
    }
  }

  @Test
  @DisplayName("6.6 a group from the end loses nothing to a restart before its first checkpoint")
  void from_end_over_restart() {
    try (var store = GroupFixture.in(directory)) {
      store.append("s", "e0");
      var ofStream = fromStart("s");
      ofStream.getStreamBuilder().setEnd(Empty.getDefaultInstance());
      store.create(ofStream);
      store.append("s", "e1");
      store.join("s").take(1);
    }
    try (var store = GroupFixture.in(directory)) {
      assertThat(store.join("s").take(1)).containsExactly("1@s e1 r0");
    }
  }

  @Test
  @DisplayName("6.6 an update resumes from the checkpoint; its start counts only without one")
  void updates() {
    try (var store = GroupFixture.in(directory)) {
      store.append("s", "e0", "e1", "e2");
      store.create("s", checkpointAtOnce());
      var consumer = store.join("s");
      consumer.take(3);
      consumer.ack(0, 2);
      await().until(() -> store.data(checkpoint("s")).contains("\"0\""));
      store.update("s", options -> options.getStreamBuilder().setRevision(2));
      assertThat(store.join("s").take(2)).containsExactly("1@s e1 r0", "2@s e2 r0");
      store.append("t", "e0", "e1", "e2");
      store.create("t");
      store.join("t").take(3);
      store.update("t", options -> options.getStreamBuilder().setRevision(1));
      assertThat(store.join("t").take(2)).containsExactly("1@t e1 r0", "2@t e2 r0");
    }
  }

  @Test
  @DisplayName(
      "6.6, 9.12 parked events stay parked over a restart, replayed and unacknowledged ones are parked again")
  void parked_over_restart() {
    try (var store = GroupFixture.in(directory)) {
      store.append("s", "e0", "e1");
      store.create("s", settings());
      var consumer = store.join("s");
      consumer.take(2);
      consumer.nack(Action.Park, 0, 1);
      await().until(() -> store.info("s").getParkedMessageCount() == 2);
      store.replayParked(GroupFixture.replay("s").setStopAt(1));
      consumer.take(1);
    }
    try (var store = GroupFixture.in(directory)) {
      assertThat(store.info("s").getParkedMessageCount()).isEqualTo(2);
      assertThat(store.data(parked("s"))).containsExactlyInAnyOrder("0@s", "1@s");
    }
  }
}
