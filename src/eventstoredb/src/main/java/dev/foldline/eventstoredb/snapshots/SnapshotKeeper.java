package dev.foldline.eventstoredb.snapshots;

import dev.foldline.core.Decider;
import dev.foldline.core.Snapshots;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Loads snapshots and saves them now and then. Nothing it does fails a command or holds one up for
 * long: where snapshots are away, it does not ask for a while.
 */
public final class SnapshotKeeper {

  private static final Logger LOG = Logger.getLogger(SnapshotKeeper.class);
  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int SAVES_AT_ONCE = 64;

  private final Snapshots snapshots;
  private final int every;
  private final Set<String> except;
  private final RecentKeys.Window window;
  private final SnapshotListener listener;
  private final Semaphore saves = new Semaphore(SAVES_AT_ONCE);
  private final ConcurrentMap<String, Optional<SnapshotCodec<?>>> codecs =
      new ConcurrentHashMap<>();
  private volatile long awayUntil = System.nanoTime();

  /**
   * @param every after how many events of a stream a snapshot is kept; 0 for none
   * @param except categories of which none is kept
   */
  public SnapshotKeeper(
      Snapshots snapshots,
      int every,
      Set<String> except,
      RecentKeys.Window window,
      SnapshotListener listener) {
    this.snapshots = snapshots;
    this.every = every;
    this.except = except;
    this.window = window;
    this.listener = listener;
  }

  /** How many events a stream has at least that has a snapshot; empty where none are kept. */
  public OptionalInt firstAfter(Decider<?, ?, ?> decider) {
    return codec(decider).isPresent() ? OptionalInt.of(every) : OptionalInt.empty();
  }

  /** The snapshot of a stream, where there is one of use. */
  public <S> Uni<Optional<StreamState<S>>> load(Decider<?, S, ?> decider, String stream) {
    Optional<SnapshotCodec<S>> codec = codec(decider);
    if (codec.isEmpty() || isAway()) {
      return Uni.createFrom().item(Optional.empty());
    }
    return Uni.createFrom()
        .completionStage(() -> snapshots.load(stream))
        .ifNoItem()
        .after(PATIENCE)
        .fail()
        .onFailure()
        .recoverWithItem(
            () -> {
              away();
              return Optional.empty();
            })
        .map(found -> found.flatMap(text -> read(codec.get(), stream, text)));
  }

  private <S> Optional<StreamState<S>> read(SnapshotCodec<S> codec, String stream, String text) {
    try {
      return Optional.of(codec.read(text));
    } catch (RuntimeException e) {
      LOG.debugf(e, "the snapshot of %s is ignored", stream);
      listener.snapshotIgnored();
      return Optional.empty();
    }
  }

  /** Saves a snapshot where a stream passed the next one due. Waits for nothing. */
  public <S> void passed(Decider<?, S, ?> decider, String stream, long from, StreamState<S> now) {
    if (every > 0 && (from + 1) / every < (now.revision() + 1) / every && !isAway()) {
      codec(decider).ifPresent(codec -> save(codec, decider, stream, now));
    }
  }

  private <S> void save(
      SnapshotCodec<S> codec, Decider<?, S, ?> decider, String stream, StreamState<S> now) {
    if (!saves.tryAcquire()) {
      return;
    }
    Uni.createFrom()
        .item(() -> codec.write(now))
        .onFailure()
        .invoke(e -> giveUp(decider, e))
        .chain(
            text ->
                Uni.createFrom()
                    .completionStage(() -> snapshots.save(stream, text))
                    .ifNoItem()
                    .after(PATIENCE)
                    .fail()
                    .onFailure()
                    .invoke(this::away))
        .onTermination()
        .invoke(saves::release)
        .subscribe()
        .with(_ -> {}, e -> LOG.debugf(e, "no snapshot of %s", stream));
  }

  private void giveUp(Decider<?, ?, ?> decider, Throwable reason) {
    LOG.warnf(reason, "no snapshots of %s streams", decider);
    codecs.put(decider.category().name(), Optional.empty());
  }

  @SuppressWarnings("unchecked") // a category has one type of state
  private <S> Optional<SnapshotCodec<S>> codec(Decider<?, S, ?> decider) {
    if (every <= 0 || except.contains(decider.category().name())) {
      return Optional.empty();
    }
    Optional<?> codec = codecs.computeIfAbsent(decider.category().name(), _ -> newCodec(decider));
    return (Optional<SnapshotCodec<S>>) codec;
  }

  private Optional<SnapshotCodec<?>> newCodec(Decider<?, ?, ?> decider) {
    try {
      return Optional.of(new SnapshotCodec<>(decider, window));
    } catch (RuntimeException e) {
      LOG.warnf(e, "no snapshots of %s streams", decider);
      return Optional.empty();
    }
  }

  private boolean isAway() {
    return System.nanoTime() - awayUntil < 0;
  }

  private void away() {
    listener.snapshotsAway();
    awayUntil = System.nanoTime() + PAUSE.toNanos();
  }
}
