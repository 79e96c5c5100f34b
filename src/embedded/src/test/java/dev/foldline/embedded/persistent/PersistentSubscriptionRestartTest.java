package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupFixture.parked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ListReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq;
import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import com.eventstore.dbclient.proto.shared.Shared.Empty;
import dev.foldline.embedded.LoggedWarnings;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.WriteResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Contract 6.2: RestartSubsystem, and what may happen meanwhile. */
@Timeout(60)
class PersistentSubscriptionRestartTest {
  private static final String DROPPED = "CANCELLED persistent-subscription-dropped";

  private final Path directory;

  PersistentSubscriptionRestartTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static void restart(GroupFixture store) {
    assertThat(store.stub().restartSubsystem(Empty.getDefaultInstance())).isNotNull();
  }

  /** A group with an event that is being replayed, which it can't stop without a write. */
  private static TestConsumer replaying(GroupFixture store, String stream) {
    store.append(stream, "e0");
    store.create(stream);
    var consumer = store.join(stream);
    consumer.take(1);
    consumer.nack(Action.Park, 0);
    await().until(() -> store.info(stream).getParkedMessageCount() == 1);
    store.replayAllParked(stream);
    consumer.take(1);
    return consumer;
  }

  /** What a consumer is given next that joins as soon as it may. */
  private static List<String> delivered(GroupFixture store, String stream, int events) {
    return await()
        .ignoreExceptions()
        .until(
            () -> {
              var consumer = store.read(first(stream));
              consumer.confirmed();
              return consumer;
            },
            _ -> true)
        .take(events);
  }

  private static ReadReq first(String stream) {
    return ReadReq.newBuilder().setOptions(GroupFixture.readOptions(stream)).build();
  }

  @Test
  @DisplayName("6.2 while the groups are restarted, none is said not to exist")
  void known_throughout() {
    var streams = IntStream.range(0, 20).mapToObj(i -> "s-" + i).toList();
    var all =
        ListReq.newBuilder()
            .setOptions(
                ListReq.Options.newBuilder().setListAllSubscriptions(Empty.getDefaultInstance()))
            .build();
    try (var store = GroupFixture.in(directory)) {
      streams.forEach(store::create);
      for (int i = 0; i < 10; i++) {
        restart(store);
        streams.forEach(stream -> assertThat(store.info(stream).getGroupName()).isEqualTo("g"));
        assertThat(store.stub().list(all).getSubscriptionsList()).hasSize(streams.size());
        assertThat(store.read(first("s-19")).end()).doesNotStartWith("NOT_FOUND");
      }
    }
  }

  @Test
  @DisplayName("6.2 groups that can't be started while the log takes no writes are, once it does")
  void overload() {
    try (var store = GroupFixture.in(directory)) {
      store.create("other");
      var consumer = replaying(store, "s");
      try (var busy = new BusyLog(store.log())) {
        busy.fill();
        restart(store);
        assertThat(consumer.end()).isEqualTo(DROPPED);
        assertThat(store.info("s").getGroupName()).isEqualTo("g");
        assertThat(store.info("other").getGroupName()).isEqualTo("g");
      }
      store.append("other", "o0");
      assertThat(delivered(store, "other", 1)).containsExactly("0@other o0 r0");
      assertThat(delivered(store, "s", 1)).containsExactly("0@s e0 r0");
      assertThat(store.data(parked("s"))).containsExactly("0@s");
    }
  }

  @Test
  @DisplayName("6.5 a group starts though its parked stream was deleted for good")
  void parked_stream_tombstoned() {
    try (var store = GroupFixture.in(directory)) {
      var consumer = replaying(store, "s");
      store.log().tombstone(parked("s"), ExpectedRevision.ANY).join();
      restart(store);
      assertThat(consumer.end()).isEqualTo(DROPPED);
      assertThat(delivered(store, "s", 1)).containsExactly("0@s e0 r0");
    }
    try (var store = GroupFixture.in(directory)) {
      assertThat(delivered(store, "s", 1)).containsExactly("0@s e0 r0");
    }
  }

  @Test
  @DisplayName("1.8 a store that is closed while its groups are restarted lets them end first")
  void closed_meanwhile() throws InterruptedException {
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown));
    try (var warnings = new LoggedWarnings()) {
      var store = GroupFixture.in(directory);
      var consumer = replaying(store, "s");
      var closing = Thread.ofPlatform().unstarted(store::close);
      try (var _ = new BusyLog(store.log())) {
        restart(store);
        assertThat(consumer.end()).isEqualTo(DROPPED);
        closing.start();
        await().until(() -> closing.getState() == Thread.State.WAITING);
      }
      closing.join();
      assertThat(uncaught).isEmpty();
      assertThat(warnings.messages()).isEmpty();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    try (var store = GroupFixture.in(directory)) {
      assertThat(store.info("s").getParkedMessageCount()).isEqualTo(1);
    }
  }

  /** Holds the log's writer up until this is closed. */
  private static final class BusyLog implements AutoCloseable {
    private static final int MOST_WAITING = 16_384;

    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private final EventLog log;
    private final EventLog.Subscription commits;
    private CompletableFuture<WriteResult> last;

    BusyLog(EventLog log) {
      this.log = log;
      commits = log.onCommit(_ -> hold());
      last = log.append("busy", ExpectedRevision.ANY, List.of(GroupFixture.event("begun", "")));
      waitFor(busy);
    }

    private void hold() {
      busy.countDown();
      waitFor(free);
    }

    private static void waitFor(CountDownLatch latch) {
      try {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Leaves no room for a write that would wait. */
    void fill() {
      for (int i = 0; i < MOST_WAITING; i++) {
        var next = log.append("busy", ExpectedRevision.ANY, List.of());
        if (!next.isDone()) { // else there was no room for it: others wait too
          last = next;
        }
      }
    }

    @Override
    public void close() {
      commits.close();
      free.countDown();
      last.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }
}
