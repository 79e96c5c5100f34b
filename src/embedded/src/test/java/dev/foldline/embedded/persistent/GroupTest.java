package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.LogEvent;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.persistent.GroupEffect.Deliver;
import dev.foldline.embedded.persistent.GroupEffect.Park;
import dev.foldline.embedded.persistent.GroupEffect.Read;
import dev.foldline.embedded.persistent.GroupEffect.ReadParked;
import dev.foldline.embedded.persistent.GroupEffect.TruncateParked;
import dev.foldline.embedded.persistent.GroupEffect.WriteCheckpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The decisions of a group, without a server: what happens goes in, what to do comes out as text.
 */
class GroupTest {
  private static final GroupSettings DEFAULTS =
      new GroupSettings(
          false, false, 10, 30_000, 2_000, 10, 1_000, 0, 500, 20, 500, Strategy.ROUND_ROBIN);

  private Instant now = Instant.EPOCH;
  private ConsumerGroup group = group(settings -> settings);
  private final List<Consumer> consumers = new ArrayList<>();

  private ConsumerGroup group(UnaryOperator<Settings> change) {
    return new ConsumerGroup(
        change.apply(new Settings(DEFAULTS)).settings(), -1, OptionalLong.empty(), now);
  }

  /** Settings to be changed one by one. */
  private record Settings(GroupSettings settings) {
    Settings strategy(Strategy it) {
      return with(settings.maxRetryCount(), settings.messageTimeoutMillis(), it);
    }

    Settings maxRetries(int it) {
      return with(it, settings.messageTimeoutMillis(), settings.strategy());
    }

    Settings timeoutMillis(int it) {
      return with(settings.maxRetryCount(), it, settings.strategy());
    }

    private Settings with(int maxRetries, int timeoutMillis, Strategy strategy) {
      return new Settings(
          new GroupSettings(
              false,
              false,
              maxRetries,
              timeoutMillis,
              settings.checkpointAfterMillis(),
              settings.minCheckpointCount(),
              settings.maxCheckpointCount(),
              settings.maxSubscriberCount(),
              settings.liveBufferSize(),
              settings.readBatchSize(),
              settings.historyBufferSize(),
              strategy));
    }

    Settings checkpoints(int afterMillis, int min, int max) {
      return new Settings(
          new GroupSettings(
              false,
              false,
              10,
              30_000,
              afterMillis,
              min,
              max,
              0,
              500,
              20,
              500,
              settings.strategy()));
    }

    Settings buffers(int live, int page, int history) {
      return new Settings(
          new GroupSettings(
              false,
              false,
              10,
              30_000,
              2_000,
              10,
              1_000,
              0,
              live,
              page,
              history,
              settings.strategy()));
    }

    Settings maxSubscribers(int it) {
      return new Settings(
          new GroupSettings(
              false, false, 10, 30_000, 2_000, 10, 1_000, it, 500, 20, 500, settings.strategy()));
    }
  }

  private Consumer join(int capacity) {
    var consumer = new Consumer(capacity, now);
    assertThat(group.connect(consumer)).isTrue();
    consumers.add(consumer);
    return consumer;
  }

  private static UUID id(long position) {
    return new UUID(0, position);
  }

  private static GroupEvent event(long position) {
    return event(position, id(position), "s");
  }

  private static GroupEvent event(long position, UUID id, String pin) {
    var event =
        new LogEvent(position, "s", position, id, "t", true, 0, ByteString.EMPTY, ByteString.EMPTY);
    return new GroupEvent(ResolvedEvent.of(event), position, pin.hashCode());
  }

  /** The group has read these positions and nothing lies beyond them. */
  private void history(long... positions) {
    decide();
    for (var position : positions) {
      group.enter(event(position));
    }
    group.read(positions.length == 0 ? -1 : positions[positions.length - 1], true);
  }

  private void live(long position) {
    assertThat(group.follows(position)).isTrue();
    group.enter(event(position));
  }

  private void secondsPass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      group.tick(now);
    }
  }

  private List<GroupEffect> effects() {
    return group.decide(now);
  }

  private List<String> decide() {
    return effects().stream().map(this::text).toList();
  }

  private String text(GroupEffect effect) {
    return switch (effect) {
      case Deliver(var consumer, var message, var retries) ->
          "%d to %c r%d"
              .formatted(message.event().position(), 'a' + consumers.indexOf(consumer), retries);
      case Read(var after, var count) -> "read %d after %d".formatted(count, after);
      case Park(var message, var reason) -> "park " + message.event().position();
      case WriteCheckpoint(var position) -> "checkpoint " + position;
      case ReadParked(var from, var until, var count) ->
          "read parked %d to %d".formatted(from, until);
      case TruncateParked(var before, var replayingFrom) ->
          "truncate parked before "
              + before
              + (replayingFrom.isPresent() ? ", replaying from " + replayingFrom.getAsLong() : "");
    };
  }

  private void ack(Consumer consumer, long... positions) {
    LongStream.of(positions).forEach(position -> group.acknowledge(consumer, id(position), now));
  }

  @Nested
  @DisplayName("6.3 delivery")
  class Delivery {
    @Test
    void holdsBackWhatExceedsTheConsumersBuffer() {
      var a = join(2);
      history(0, 1, 2, 3);
      assertThat(decide()).containsExactly("0 to a r0", "1 to a r0");
      ack(a, 0);
      assertThat(decide()).containsExactly("2 to a r0");
      assertThat(a.freeSlots()).isZero();
    }

    @Test
    void readsAheadWithoutConsumers() {
      assertThat(decide()).containsExactly("read 250 after -1");
      LongStream.range(0, 20).mapToObj(GroupTest::event).forEach(group::enter);
      group.read(19, false);
      assertThat(decide()).containsExactly("read 250 after 19");
      assertThat(group.isLive()).isFalse();
      group.read(19, true);
      assertThat(group.isLive()).isTrue();
      assertThat(group.lastKnown()).hasValue(19);
      assertThat(decide()).isEmpty();
    }

    @Test
    void stopsReadingAheadWhenTheHistoryBufferIsFull() {
      group = group(settings -> settings.buffers(10, 5, 12));
      long read = 0;
      for (var effects = effects(); !effects.isEmpty(); effects = effects()) {
        for (var effect : effects) {
          var count = ((Read) effect).count();
          LongStream.range(read, read + count).mapToObj(GroupTest::event).forEach(group::enter);
          read += count;
          group.read(read - 1, false);
        }
      }
      assertThat(read).isEqualTo(12);
      var a = join(3);
      assertThat(decide()).containsExactly("0 to a r0", "1 to a r0", "2 to a r0");
      ack(a, 0, 1, 2);
      assertThat(decide())
          .containsExactly("3 to a r0", "4 to a r0", "5 to a r0", "read 6 after 11");
    }

    @Test
    void entersCommittedEventsWhileLive() {
      join(5);
      history(0);
      decide();
      live(1);
      assertThat(decide()).containsExactly("1 to a r0");
    }

    @Test
    void ignoresCommittedEventsItHasReadAlready() {
      history(0, 1);
      assertThat(group.follows(1)).isFalse();
      assertThat(decide()).isEmpty();
    }

    @Test
    void readsWhatWasCommittedWhileItRead() {
      decide();
      assertThat(group.follows(0)).isFalse();
      group.read(-1, true);
      assertThat(decide()).containsExactly("read 250 after -1");
    }

    @Test
    void readsWhatTheLiveBufferDidNotHold() {
      group = group(settings -> settings.buffers(2, 1, 10));
      var a = join(1);
      history();
      live(0);
      live(1);
      assertThat(group.follows(2)).isFalse();
      assertThat(decide()).containsExactly("0 to a r0", "read 5 after 1");
      group.enter(event(2));
      group.read(2, true);
      ack(a, 0);
      assertThat(decide()).containsExactly("1 to a r0");
      ack(a, 1);
      assertThat(decide()).containsExactly("2 to a r0");
    }

    @Test
    void getsEverythingThroughALiveBufferOfNothing() {
      group = group(settings -> settings.buffers(0, 1, 2));
      join(5);
      history();
      assertThat(group.follows(0)).isFalse();
      assertThat(decide()).containsExactly("read 1 after -1");
    }

    @Test
    void holdsNoMoreThanItsShareOfMemory() {
      var large =
          new LogEvent(
              0,
              "s",
              0,
              id(0),
              "t",
              true,
              0,
              ByteString.copyFrom(new byte[17 << 20]),
              ByteString.EMPTY);
      decide();
      group.enter(new GroupEvent(ResolvedEvent.of(large), 0, 0));
      group.read(0, false);
      assertThat(decide()).isEmpty();
      var a = join(1);
      assertThat(decide()).containsExactly("0 to a r0");
      ack(a, 0);
      assertThat(decide()).containsExactly("read 250 after 0");
    }

    @Test
    void neverGivesAConsumerTwoEventsOfOneId() {
      var a = join(5);
      decide();
      group.enter(event(0, id(7), "s"));
      group.enter(event(1, id(7), "s"));
      group.enter(event(2));
      group.read(2, true);
      assertThat(decide()).containsExactly("0 to a r0", "2 to a r0");
      ack(a, 7);
      assertThat(decide()).containsExactly("1 to a r0");
    }

    @Test
    void admitsNoMoreConsumersThanItsLimit() {
      group = group(settings -> settings.maxSubscribers(1));
      var a = join(1);
      assertThat(group.connect(new Consumer(1, now))).isFalse();
      group.disconnect(a);
      assertThat(group.connect(new Consumer(1, now))).isTrue();
    }
  }

  @Nested
  @DisplayName("6.3 strategies")
  class Strategies {
    private void strategy(Strategy strategy) {
      group = group(settings -> settings.strategy(strategy));
    }

    @Test
    void roundRobinRotatesOverConsumersWithFreeSlots() {
      strategy(Strategy.ROUND_ROBIN);
      join(2);
      join(3);
      history(0, 1, 2, 3, 4, 5);
      assertThat(decide())
          .containsExactly("0 to a r0", "1 to b r0", "2 to a r0", "3 to b r0", "4 to b r0");
    }

    @Test
    void roundRobinGoesOnWithTheNextWhenAConsumerLeaves() {
      strategy(Strategy.ROUND_ROBIN);
      var a = join(5);
      join(5);
      join(5);
      history(0, 1);
      decide();
      group.acknowledge(a, id(0), now);
      group.disconnect(a);
      live(2);
      live(3);
      assertThat(decide()).containsExactly("2 to c r0", "3 to b r0");
    }

    @Test
    void dispatchToSingleFillsOneBeforeTheNext() {
      strategy(Strategy.DISPATCH_TO_SINGLE);
      var a = join(2);
      join(5);
      history(0, 1, 2);
      assertThat(decide()).containsExactly("0 to a r0", "1 to a r0", "2 to b r0");
      ack(a, 0, 1);
      live(3);
      assertThat(decide()).containsExactly("3 to b r0");
    }

    @Test
    void pinnedKeepsWhatBelongsTogetherAtOneConsumer() {
      strategy(Strategy.PINNED);
      join(1_000);
      join(1_000);
      join(1_000);
      decide();
      for (int i = 0; i < 300; i++) {
        group.enter(event(i, id(i), "account-" + i % 60));
      }
      group.read(299, true);
      var owners = new ArrayList<HashSet<Integer>>();
      IntStream.range(0, 60).forEach(_ -> owners.add(new HashSet<>()));
      var busy = new HashSet<Integer>();
      for (var effect : effects()) {
        if (effect instanceof Deliver(var consumer, var message, _)) {
          owners.get((int) (message.event().position() % 60)).add(consumers.indexOf(consumer));
          busy.add(consumers.indexOf(consumer));
        }
      }
      assertThat(owners).allMatch(owner -> owner.size() == 1);
      assertThat(busy).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void pinnedMakesTheEventsOfABusyOwnerWaitWhileOthersProceed() {
      strategy(Strategy.PINNED);
      join(1);
      join(1);
      decide();
      for (int i = 0; i < 20; i++) {
        group.enter(event(i, id(i), i < 10 ? "one" : "stream-" + i));
      }
      group.read(19, true);
      var delivered = decide();
      assertThat(delivered).hasSize(2).contains("0 to " + delivered.getFirst().charAt(5) + " r0");
    }

    @Test
    void pinnedHandsTheEventsOfAConsumerThatLeftToAnother() {
      strategy(Strategy.PINNED);
      var a = join(10);
      join(10);
      history(0, 1, 2);
      var first = decide();
      var owner = first.getFirst().contains("to a") ? a : consumers.get(1);
      group.disconnect(owner);
      var other = owner == a ? "b" : "a";
      assertThat(decide())
          .containsExactly(
              "0 to " + other + " r1", "1 to " + other + " r1", "2 to " + other + " r1");
    }
  }

  @Nested
  @DisplayName("6.4 retries")
  class Retries {
    @Test
    void goFirstInPositionOrder() {
      var a = join(3);
      history(0, 1, 2, 3, 4, 5);
      decide();
      group.retry(a, id(2), now);
      group.retry(a, id(0), now);
      group.retry(a, id(1), now);
      assertThat(decide()).containsExactly("0 to a r1", "1 to a r1", "2 to a r1");
    }

    @Test
    void endInParkingAfterTheLastOne() {
      group = group(settings -> settings.maxRetries(1));
      var a = join(3);
      history(0);
      assertThat(decide()).containsExactly("0 to a r0");
      group.retry(a, id(0), now);
      assertThat(decide()).containsExactly("0 to a r1");
      group.retry(a, id(0), now);
      assertThat(decide()).containsExactly("park 0");
    }

    @Test
    void areNoneWhereTheirNumberIsNegative() {
      group = group(settings -> settings.maxRetries(Integer.MIN_VALUE));
      var a = join(3);
      history(0);
      decide();
      group.retry(a, id(0), now);
      assertThat(decide()).containsExactly("park 0");
    }

    @Test
    void followTheTimeOut() {
      group = group(settings -> settings.timeoutMillis(2_000));
      var a = join(3);
      history(0, 1);
      decide();
      secondsPass(1);
      ack(a, 1);
      assertThat(decide()).isEmpty();
      secondsPass(1);
      assertThat(decide()).containsExactly("0 to a r1");
    }

    @Test
    void comeAtTheNextTickWithoutATimeOut() {
      group = group(settings -> settings.timeoutMillis(-1));
      join(3);
      history(0);
      decide();
      secondsPass(1);
      assertThat(decide()).containsExactly("0 to a r1");
    }

    @Test
    void areAcknowledgedByALateAcknowledgementOfTheSameConsumer() {
      group = group(settings -> settings.timeoutMillis(1_000));
      var a = join(3);
      history(0);
      decide();
      secondsPass(1);
      decide();
      ack(a, 0);
      secondsPass(5);
      assertThat(decide()).noneMatch(text -> text.contains("to a"));
    }

    @Test
    void afterADisconnectKnowNoLimit() {
      group = group(settings -> settings.maxRetries(0));
      var a = join(3);
      history(0);
      decide();
      group.disconnect(a);
      var b = join(3);
      assertThat(decide()).containsExactly("0 to b r1");
      group.disconnect(b);
      join(3);
      assertThat(decide()).containsExactly("0 to c r2");
    }

    @Test
    void ignoreIdsTheConsumerDoesNotHold() {
      var a = join(3);
      var b = join(3);
      history(0);
      decide();
      group.retry(b, id(0), now);
      group.park(b, id(0), "", now);
      ack(b, 0);
      assertThat(decide()).isEmpty();
      assertThat(a.inFlight()).isEqualTo(1);
    }

    @Test
    void areTriedAgainWhereParkingFailed() {
      var a = join(3);
      history(0);
      decide();
      group.park(a, id(0), "because", now);
      var park = (Park) effects().getFirst();
      group.parkingFailed(park.message());
      assertThat(decide()).containsExactly("0 to a r1");
    }
  }

  @Nested
  @DisplayName("6.5 replay")
  class Replays {
    @Test
    void deliversParkedEventsBeforeNewOnes() {
      var a = join(1);
      history(0, 1, 2);
      decide();
      group.replay(0, 2);
      assertThat(decide()).containsExactly("read parked 0 to 2");
      group.parkedRead(List.of(event(100), event(101)), 2);
      assertThat(decide()).containsExactly("truncate parked before 2, replaying from 0");
      ack(a, 0);
      assertThat(decide()).containsExactly("100 to a r0");
      ack(a, 100);
      assertThat(decide()).containsExactly("101 to a r0");
      ack(a, 101);
      assertThat(decide()).containsExactly("1 to a r0", "truncate parked before 2");
    }

    @Test
    void isIgnoredDuringAReplay() {
      group.replay(0, 2);
      decide();
      group.replay(0, 2);
      assertThat(decide()).isEmpty();
    }

    @Test
    void goesOnPageByPage() {
      history();
      group.replay(3, 60);
      assertThat(decide()).containsExactly("read parked 3 to 60");
      group.parkedRead(List.of(), 23);
      assertThat(decide()).containsExactly("truncate parked before 23", "read parked 23 to 60");
    }

    @Test
    void doesNothingWithoutParkedEvents() {
      history();
      group.replay(0, 0);
      assertThat(decide()).isEmpty();
    }

    @Test
    void parksAgainWhatFailsAgain() {
      var a = join(5);
      history();
      group.replay(0, 1);
      decide();
      group.parkedRead(List.of(event(100)), 1);
      decide();
      assertThat(group.unsettledReplays()).hasSize(1);
      group.park(a, id(100), "again", now);
      var park = (Park) effects().getFirst();
      group.parked(park.message());
      assertThat(group.unsettledReplays()).isEmpty();
    }
  }

  @Nested
  @DisplayName("6.6 checkpoints")
  class Checkpoints {
    private void checkpoints(int afterMillis, int min, int max) {
      group = group(settings -> settings.checkpoints(afterMillis, min, max));
    }

    @Test
    void lieJustBeforeTheLowestUnacknowledgedEvent() {
      checkpoints(2_000, 1, 1);
      var a = join(9);
      history(0, 1, 2, 3, 4);
      decide();
      ack(a, 0, 1, 3);
      assertThat(decide()).containsExactly("checkpoint 1");
    }

    @Test
    void areNotWrittenWhileTheFirstEventIsUnacknowledged() {
      checkpoints(2_000, 1, 1);
      var a = join(9);
      history(0, 1, 2);
      decide();
      ack(a, 1, 2);
      assertThat(decide()).isEmpty();
      secondsPass(10);
      assertThat(decide()).isEmpty();
    }

    @Test
    void areWrittenAtTheMaximumCount() {
      checkpoints(60_000, 5, 5);
      var a = join(20);
      history(LongStream.range(0, 12).toArray());
      decide();
      var written = new ArrayList<String>();
      for (int i = 0; i < 12; i++) {
        ack(a, i);
        written.addAll(decide());
        group.checkpointWritten();
      }
      assertThat(written).containsExactly("checkpoint 4", "checkpoint 9");
    }

    @Test
    void areWrittenByTimeFromTheMinimumCount() {
      checkpoints(2_000, 2, 1_000);
      var a = join(20);
      history(0, 1, 2, 3, 4);
      decide();
      ack(a, 0);
      secondsPass(1);
      assertThat(decide()).isEmpty();
      ack(a, 1);
      secondsPass(1);
      assertThat(decide()).as("the first one at the next tick").containsExactly("checkpoint 1");
      group.checkpointWritten();
      ack(a, 2, 3);
      secondsPass(1);
      assertThat(decide()).isEmpty();
      secondsPass(1);
      assertThat(decide()).containsExactly("checkpoint 3");
    }

    @Test
    void areNeverWrittenByTimeWhereTheTimeIsZero() {
      checkpoints(0, 1, 1_000);
      var a = join(20);
      history(0, 1);
      decide();
      ack(a, 0, 1);
      secondsPass(100);
      assertThat(decide()).isEmpty();
    }

    @Test
    void areNotRepeatedWithoutProgress() {
      checkpoints(-1, 0, 0);
      var a = join(20);
      history(0);
      decide();
      ack(a, 0);
      assertThat(decide()).containsExactly("checkpoint 0");
      group.checkpointWritten();
      secondsPass(3);
      assertThat(decide()).isEmpty();
    }

    @Test
    void waitForTheOneBeingWritten() {
      checkpoints(2_000, 1, 1);
      var a = join(20);
      history(0, 1);
      decide();
      ack(a, 0);
      assertThat(decide()).containsExactly("checkpoint 0");
      ack(a, 1);
      assertThat(decide()).isEmpty();
      group.checkpointWritten();
      assertThat(decide()).containsExactly("checkpoint 1");
    }

    @Test
    void waitUntilAParkedEventIsInTheParkedStream() {
      checkpoints(2_000, 1, 1);
      var a = join(20);
      history(0);
      decide();
      group.park(a, id(0), "because", now);
      var park = (Park) effects().getFirst();
      assertThat(decide()).isEmpty();
      group.parked(park.message());
      assertThat(decide()).containsExactly("checkpoint 0");
    }

    @Test
    void moveOverEventsSkippedWhileLiveButNotOverThoseSkippedInHistory() {
      checkpoints(2_000, 1, 1);
      var a = join(20);
      decide();
      group.skip(10);
      group.enter(event(20));
      group.skip(30);
      group.read(30, true);
      decide();
      ack(a, 20);
      assertThat(decide()).containsExactly("checkpoint 20");
      group.checkpointWritten();
      assertThat(group.follows(40)).isTrue();
      group.skip(40);
      assertThat(decide()).containsExactly("checkpoint 40");
    }

    @Test
    void startFromTheOneThatWasLoaded() {
      group =
          new ConsumerGroup(
              new Settings(DEFAULTS).checkpoints(2_000, 1, 1).settings(),
              7,
              OptionalLong.of(7),
              now);
      var a = join(1);
      assertThat(decide()).containsExactly("read 250 after 7");
      group.enter(event(8));
      group.read(8, true);
      decide();
      assertThat(group.lastCheckpoint()).hasValue(7);
      ack(a, 8);
      assertThat(decide()).containsExactly("checkpoint 8");
      assertThat(group.lastCheckpoint()).hasValue(8);
    }
  }

  @Nested
  @DisplayName("6.7 what is seen of it")
  class Info {
    @Test
    void countsWhatIsWaitingAndWhatIsOut() {
      var a = join(2);
      history(0, 1, 2, 3);
      decide();
      group.retry(a, id(0), now);
      group.disconnect(a);
      assertThat(group.buffered()).isEqualTo(2);
      assertThat(group.retrying()).isEqualTo(2);
      assertThat(group.inFlight()).isZero();
      assertThat(group.throughput().total()).isEqualTo(2);
    }

    @Test
    @DisplayName("6.7 measurements: how long a consumer took, in ticks, whatever it answered")
    void measuresHowLongConsumersTake() {
      var a = join(3);
      history(0, 1, 2);
      decide();
      group.park(a, id(2), "", now);
      now = now.plusMillis(10);
      ack(a, 0);
      now = now.plusMillis(30);
      group.retry(a, id(1), now);
      assertThat(a.latencies().measurements())
          .containsEntry("Mean", 166_667L)
          .containsEntry("Median", 100_000L)
          .containsEntry("Fastest", 1L)
          .containsEntry("Quintile 5", 400_000L)
          .containsEntry("Highest", 400_000L)
          .hasSize(14);
    }
  }
}
