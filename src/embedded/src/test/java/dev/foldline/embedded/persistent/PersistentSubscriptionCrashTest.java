package dev.foldline.embedded.persistent;

import static dev.foldline.embedded.persistent.GroupClient.checkpointAtOnce;
import static dev.foldline.embedded.persistent.GroupClient.parked;
import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.persistentsubscriptions.Persistent.ReadReq.Nack.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the store's process while a group is at work: three times, or {@code -Dcrash.rounds=50}.
 * {@code -Dcrash.seed} repeats what a failure names.
 */
class PersistentSubscriptionCrashTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);
  private static final long SEED = Long.getLong("crash.seed", new Random().nextLong());
  private static final String STREAM = "s";
  private static final int BUFFER = 50;
  private static final int QUIET_MILLIS = 1_000;

  private final Random random = new Random(SEED);

  /** Revisions that the consumer acknowledged or parked, and those whose replay it acknowledged. */
  private final BitSet settled = new BitSet();

  private final BitSet replayed = new BitSet();
  private int appended;

  /** Which events the consumer parks when it first sees them. */
  private static boolean isPoison(int revision) {
    return revision % 7 == 3;
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  @DisplayName(
      "6.6 after kill -9: on from at or before the first unacknowledged event, and nothing parked is lost")
  void loses_nothing(@TempDir Path directory) throws IOException {
    try (var store = GroupStoreProcess.in(directory)) {
      store.create(STREAM, checkpointAtOnce().setMessageTimeoutMs(60_000));
      work(store);
    }
    for (int round = 1; round < ROUNDS; round++) {
      try (var store = GroupStoreProcess.in(directory)) {
        work(store);
      }
    }
    try (var store = GroupStoreProcess.in(directory)) {
      finish(store);
    }
  }

  private void work(GroupStoreProcess store) {
    append(store, 1 + random.nextInt(200));
    var consumer = store.join(STREAM, BUFFER);
    var firstUnsettled = settled.nextClearBit(0);
    var events = 1 + random.nextInt(Math.min(BUFFER, appended - firstUnsettled));
    var forgetful = random.nextBoolean();
    for (int index = 0; index < events; index++) {
      consumer.take(1);
      if (index == 0) {
        assertThat(consumer.event(0).getEvent().getStreamRevision())
            .as("first event, seed %d", SEED)
            .isLessThanOrEqualTo(firstUnsettled);
      }
      var forgotten =
          consumer.event(index).hasLink()
              ? random.nextBoolean()
              : forgetful && random.nextInt(10) == 0;
      if (!forgotten) {
        settle(consumer, index);
      }
      if (random.nextInt(events) == 0) {
        store.replayAllParked(STREAM);
      }
    }
  }

  private void settle(TestConsumer consumer, int index) {
    var event = consumer.event(index);
    var revision = (int) event.getEvent().getStreamRevision();
    if (event.hasLink()) {
      consumer.ack(index);
      replayed.set(revision);
    } else {
      if (isPoison(revision)) {
        consumer.nack(Action.Park, index);
      } else {
        consumer.ack(index);
      }
      settled.set(revision);
    }
  }

  private void finish(GroupStoreProcess store) {
    append(store, 1);
    var consumer = store.join(STREAM, BUFFER);
    for (int next = 0; !isDone(store, consumer); ) {
      for (; next < consumer.size(); next++) {
        settle(consumer, next);
      }
    }
    var parked = store.read(parked(STREAM));
    assertThat(IntStream.range(0, appended).filter(PersistentSubscriptionCrashTest::isPoison))
        .as("parked, or replayed and acknowledged, seed %d", SEED)
        .allMatch(revision -> replayed.get(revision) || parked.contains(revision + "@" + STREAM));
    assertThat(settled.cardinality()).as("settled, seed %d", SEED).isEqualTo(appended);
  }

  /** Everything was delivered, and everything that was is settled. */
  private boolean isDone(GroupStoreProcess store, TestConsumer consumer) {
    return consumer.isQuiet(QUIET_MILLIS)
        && store
            .info(STREAM)
            .getLastCheckpointedEventPosition()
            .equals(Integer.toString(appended - 1));
  }

  private void append(GroupStoreProcess store, int count) {
    store.append(STREAM, count);
    appended += count;
  }
}
