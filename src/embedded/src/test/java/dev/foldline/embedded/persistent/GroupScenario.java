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
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * A group without a server: what happens goes in, and what to do comes out as text, such as {@code
 * 7 to a r0} for the first delivery of the event at position 7 to the first consumer that joined.
 * Its time stands still until a test lets it pass. The id of an event is {@link #id} of its
 * position, unless a test says otherwise.
 */
final class GroupScenario {
  private final ConsumerGroup group;
  private final List<Consumer> consumers = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  private GroupScenario(Settings settings, long resumeAfter, OptionalLong checkpoint) {
    this.group = new ConsumerGroup(settings.build(), resumeAfter, checkpoint, now);
  }

  /** A group of a whole source. */
  GroupScenario() {
    this(settings -> settings);
  }

  /** A group of a whole source, with other settings. */
  GroupScenario(UnaryOperator<Settings> change) {
    this(change.apply(new Settings()), -1, OptionalLong.empty());
  }

  /** A group that has got as far as a checkpoint. */
  static GroupScenario resumingAfter(long checkpoint, UnaryOperator<Settings> change) {
    return new GroupScenario(change.apply(new Settings()), checkpoint, OptionalLong.of(checkpoint));
  }

  /** What differs from the defaults. */
  static final class Settings {
    private int maxRetries = 10;
    private int timeoutMillis = 30_000;
    private int checkpointAfterMillis = 2_000;
    private int minCheckpointCount = 10;
    private int maxCheckpointCount = 1_000;
    private int maxSubscribers = 0;
    private int liveBuffer = 500;
    private int page = 20;
    private int historyBuffer = 500;
    private Strategy strategy = Strategy.ROUND_ROBIN;

    Settings strategy(Strategy it) {
      strategy = it;
      return this;
    }

    Settings maxRetries(int it) {
      maxRetries = it;
      return this;
    }

    Settings timeoutMillis(int it) {
      timeoutMillis = it;
      return this;
    }

    Settings checkpoints(int afterMillis, int min, int max) {
      checkpointAfterMillis = afterMillis;
      minCheckpointCount = min;
      maxCheckpointCount = max;
      return this;
    }

    Settings buffers(int live, int ofAPage, int history) {
      liveBuffer = live;
      page = ofAPage;
      historyBuffer = history;
      return this;
    }

    Settings maxSubscribers(int it) {
      maxSubscribers = it;
      return this;
    }

    private GroupSettings build() {
      return new GroupSettings(
          false,
          false,
          maxRetries,
          timeoutMillis,
          checkpointAfterMillis,
          minCheckpointCount,
          maxCheckpointCount,
          maxSubscribers,
          liveBuffer,
          page,
          historyBuffer,
          strategy);
    }
  }

  // Consumers.

  /** A consumer joins that can hold so many events. */
  Consumer join(int capacity) {
    var consumer = new Consumer(capacity, now);
    assertThat(group.connect(consumer)).isTrue();
    consumers.add(consumer);
    return consumer;
  }

  /** Whether one more consumer is let in. */
  boolean admits(int capacity) {
    return group.connect(new Consumer(capacity, now));
  }

  void leave(Consumer consumer) {
    group.disconnect(consumer);
  }

  List<Consumer> consumers() {
    return consumers;
  }

  void ack(Consumer consumer, long... ids) {
    LongStream.of(ids).forEach(id -> group.acknowledge(consumer, id(id), now));
  }

  void retry(Consumer consumer, long id) {
    group.retry(consumer, id(id), now);
  }

  void park(Consumer consumer, long id) {
    group.park(consumer, id(id), "because", now);
  }

  // The source.

  static UUID id(long number) {
    return new UUID(0, number);
  }

  /** The group has read these positions and nothing lies beyond them. */
  void history(long... positions) {
    decide();
    LongStream.of(positions).forEach(this::enter);
    group.read(positions.length == 0 ? -1 : positions[positions.length - 1], true);
  }

  /** An event is committed, and the group takes it at once. */
  void live(long position) {
    assertThat(group.follows(position)).isTrue();
    enter(position);
  }

  boolean follows(long position) {
    return group.follows(position);
  }

  void enter(long position) {
    enter(position, id(position));
  }

  void enter(long position, UUID id) {
    group.enter(event(position, id, 0, "s"));
  }

  /** An event of so many bytes. */
  void enterLarge(long position, int bytes) {
    group.enter(event(position, id(position), bytes, "s"));
  }

  /** An event that belongs together with others of its pin. */
  void enterPinned(long position, String pin) {
    group.enter(event(position, id(position), 0, pin));
  }

  void skip(long position) {
    group.skip(position);
  }

  void read(long upTo, boolean reachedEnd) {
    group.read(upTo, reachedEnd);
  }

  private static GroupEvent event(long position, UUID id, int bytes, String pin) {
    var data = ByteString.copyFrom(new byte[bytes]);
    var event = new LogEvent(position, "s", position, id, "t", true, 0, data, ByteString.EMPTY);
    return new GroupEvent(ResolvedEvent.of(event), position, pin.hashCode());
  }

  // The group's own streams.

  void checkpointWritten() {
    group.checkpointWritten();
  }

  void parked(Message message) {
    group.parked(message);
  }

  void parkingFailed(Message message) {
    group.parkingFailed(message);
  }

  void replay(long from, long until) {
    group.replay(from, until);
  }

  /** A page of the parked stream is read: these events, the next one at a revision. */
  void parkedRead(long next, long... positions) {
    group.parkedRead(
        LongStream.of(positions).mapToObj(at -> event(at, id(at), 0, "s")).toList(), next);
  }

  // Time.

  void secondsPass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      group.tick(now);
    }
  }

  /** No tick is among them. */
  void millisPass(int millis) {
    now = now.plusMillis(millis);
  }

  // What the group decides, and what is seen of it.

  List<GroupEffect> effects() {
    return group.decide(now);
  }

  List<String> decide() {
    return effects().stream().map(this::text).toList();
  }

  void decides(String... effects) {
    assertThat(decide()).containsExactly(effects);
  }

  void decidesNothing() {
    assertThat(decide()).isEmpty();
  }

  /** Decides to park an event, first of all. */
  Message decidesToPark() {
    return ((Park) effects().getFirst()).message();
  }

  ConsumerGroup state() {
    return group;
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
}
