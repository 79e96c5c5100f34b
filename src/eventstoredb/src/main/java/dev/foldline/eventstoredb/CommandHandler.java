package dev.foldline.eventstoredb;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.CommandListener.Step;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads a stream, folds it, decides, and appends what was decided at the revision it decided on.
 *
 * <p>Inside an instance commands for one stream are decided one after another, and those that wait
 * are appended together. Across instances the expected revision decides: whoever comes second folds
 * what is new and decides again. Safe for use by many threads; never blocks.
 *
 * <p>A stream that was deleted is to a command what one is that never was: it is decided on the
 * initial state, and its first event begins the stream anew, with the revision after the last one
 * that was deleted. One that was deleted for good, tombstoned, is {@link
 * dev.foldline.core.NotFound} for ever.
 */
public final class CommandHandler {

  private static final int BACK_OFF_MILLIS = 2;

  private final Streams streams;
  private final EventCodec codec;
  private final Supplier<CommandContext> context;
  private final CommandOptions options;
  private final CommandListener listener;
  private final SnapshotKeeper snapshots;
  private final StreamLoader loader;
  private final Lanes<Call<?, ?, ?>> lanes;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** What is kept of streams between commands; the expected revision guards it. */
  private final Cache<String, Kept<?>> kept;

  private record Kept<S>(Decider<?, S, ?> decider, Folded<S> folded) {}

  /**
   * @param context what the caller of now says beside the command; asked on the caller's thread
   */
  public CommandHandler(
      Streams streams,
      EventCodec codec,
      Snapshots snapshots,
      Supplier<CommandContext> context,
      CommandOptions options,
      CommandListener listener) {
    this.streams = streams;
    this.codec = codec;
    this.context = context;
    this.options = options;
    this.listener = listener;
    RecentKeys.Window window =
        new RecentKeys.Window(
            options.rememberedKeys(), options.keysRememberedFor(), InstantSource.system());
    this.snapshots = new SnapshotKeeper(snapshots, options, window, listener);
    this.loader = new StreamLoader(streams, codec, this.snapshots, window, listener);
    this.lanes =
        new Lanes<>(
            options.queue(), options.batch(), (a, b) -> a.decider().equals(b.decider()), this::run);
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(options.cachedStreams())
            .weigher((String _, Kept<?> stream) -> 1 + stream.folded().keys().size() / 10)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Handles one command. Of a request with an idempotency key each call of this is another command,
   * known by its order among those on the same stream; subscribing again to one answer is none.
   * Handle the commands of one request on one stream one after another, in an order that follows
   * from the request alone. After a {@link Conflict}, {@link Unavailable} or {@link
   * OutcomeUnknown}, or where nobody waited for the answer, the next command on the stream is taken
   * for the same one: try that again, or fail.
   *
   * @param id of the aggregate that decides, see {@link dev.foldline.core.StreamName#of}
   * @return the receipt, on the caller's Vert.x context if it has one; fails with a {@link
   *     dev.foldline.core.Failure} that says why it was not done
   */
  public <C, S, E> Uni<Receipt> handle(Decider<C, S, E> decider, String id, C command) {
    String stream = decider.stream(id);
    CommandContext said = context.get();
    @Nullable KeyedRequest request = said.keyed().orElse(null);
    if (request == null) {
      return send(decider, stream, command, said, CommandIdentity.ofThisCall())
          .emitOn(CallersContext.now());
    }
    KeyedRequest.Place place = request.place(stream);
    return Uni.createFrom()
        .deferred(
            () -> send(decider, stream, command, said, CommandIdentity.of(request, place.take())))
        .onTermination()
        .invoke(
            (_, failure, cancelled) -> {
              if (cancelled || leavesOpen(failure)) {
                place.giveBack();
              } else if (failure != null) {
                place.spend();
              }
            })
        .emitOn(CallersContext.now());
  }

  /** Whether a command has no answer yet: to send it again may lead to one. */
  private static boolean leavesOpen(@Nullable Throwable failure) {
    return failure instanceof Conflict
        || failure instanceof Unavailable
        || failure instanceof OutcomeUnknown;
  }

  private <C, S, E> Uni<Receipt> send(
      Decider<C, S, E> decider,
      String stream,
      C command,
      CommandContext said,
      CommandIdentity identity) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (inFlight.get() >= options.inFlight()) {
                throw new Unavailable("overloaded", "too many commands are on their way");
              }
              Call<C, S, E> call = new Call<>(decider, stream, command, said, identity);
              lanes.enter(stream, call);
              inFlight.incrementAndGet();
              return Uni.createFrom()
                  .completionStage(call.answer())
                  .ifNoItem()
                  .after(said.timeout())
                  .recoverWithUni(() -> Uni.createFrom().failure(call.late()))
                  .onTermination()
                  .invoke(inFlight::decrementAndGet);
            });
  }

  private Uni<?> run(String stream, List<Call<?, ?, ?>> calls) {
    @SuppressWarnings("unchecked") // lanes run together only what has the same decider
    List<Call<Object, Object, Object>> alike = (List<Call<Object, Object, Object>>) (List<?>) calls;
    return run(new Batch<>(alike.getFirst().decider(), stream, codec, alike, listener));
  }

  private <C, S, E> Uni<Folded<S>> run(Batch<C, S, E> batch) {
    if (batch.isOver()) {
      return Uni.createFrom().nullItem();
    }
    Kept<S> warm = kept(batch.decider(), batch.stream());
    Uni<Folded<S>> done =
        warm == null
            ? heard(batch, Step.LOAD, () -> loader.load(batch.decider(), batch.stream()))
                .chain(folded -> attempt(batch, folded, true, 1))
            : Uni.createFrom().deferred(() -> attempt(batch, warm.folded(), false, 1));
    return done.invoke(folded -> keep(batch.decider(), batch.stream(), folded))
        .onFailure()
        .invoke(batch::fail);
  }

  /**
   * Decides on a state and appends what was decided.
   *
   * @param verified whether the stream was at this state after the commands came
   */
  private <C, S, E> Uni<Folded<S>> attempt(
      Batch<C, S, E> batch, Folded<S> state, boolean verified, int attempt) {
    Decided<C, S, E> decided = batch.decide(state);
    if (decided.mustBeVerified() && !verified) {
      return catchUp(batch, state).chain(now -> attempt(batch, now, true, attempt));
    }
    if (!decided.events().isEmpty()) {
      return append(decided, false, attempt);
    }
    decided.answer();
    return Uni.createFrom().item(state);
  }

  /**
   * @param unsure whether the same events may be in the stream already
   */
  private <C, S, E> Uni<Folded<S>> append(Decided<C, S, E> decided, boolean unsure, int attempt) {
    Batch<C, S, E> batch = decided.batch();
    return heard(
            batch,
            Step.APPEND,
            () -> streams.append(batch.stream(), decided.base().revision(), decided.events()))
        .onItemOrFailure()
        .transformToUni(
            (end, failure) ->
                switch (failure) {
                  case null -> appended(decided, Objects.requireNonNull(end));
                  case WrongRevision _ -> again(decided, unsure, attempt);
                  case OutcomeUnknown _ -> settle(decided, attempt);
                  case Unavailable _ when unsure -> settle(decided, attempt);
                  case TooLarge _ when !unsure && batch.isShared() -> oneByOne(decided);
                  default -> giveUp(decided, unsure, failure);
                });
  }

  private static <T> Uni<T> heard(Batch<?, ?, ?> batch, Step step, Supplier<Uni<T>> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              CommandListener.Begun begun = batch.began(step);
              return begun == CommandListener.Begun.UNHEARD
                  ? work.get()
                  : work.get().onTermination().invoke((_, failure, _) -> begun.ended(failure));
            });
  }

  private <C, S, E> Uni<Folded<S>> appended(Decided<C, S, E> decided, Appended end) {
    listener.appended(decided.events().size());
    Batch<C, S, E> batch = decided.batch();
    Folded<S> state = decided.appended(end);
    decided.answer(end.revision());
    snapshots.passed(batch.decider(), batch.stream(), decided.base().revision(), state);
    Batch<C, S, E> rest = decided.rest();
    if (rest.isEmpty()) {
      return Uni.createFrom().item(state);
    }
    keep(batch.decider(), batch.stream(), state);
    return attempt(rest, state, !decided.mayBeRepeated(), 1);
  }

  /** Decides again, as others were first. */
  private <C, S, E> Uni<Folded<S>> again(Decided<C, S, E> decided, boolean unsure, int attempt) {
    listener.conflict();
    Batch<C, S, E> batch = decided.batch();
    if (!unsure) {
      batch.wroteNothing();
      if (attempt >= options.attempts()) {
        return giveUp(decided, false, new Conflict(batch.stream()));
      }
    }
    listener.retry();
    return backOff(attempt)
        .chain(() -> catchUp(batch, decided.base()))
        .onItemOrFailure()
        .transformToUni(
            (now, failure) ->
                failure == null
                    ? attempt(batch, now, true, attempt + 1)
                    : giveUp(decided, unsure, failure));
  }

  /**
   * Finds out whether an append was done that was not answered: where nothing new is in the stream
   * it may still be on its way, so the very same is appended again, which can't have an effect
   * twice.
   */
  private <C, S, E> Uni<Folded<S>> settle(Decided<C, S, E> decided, int attempt) {
    listener.unknownOutcome();
    Batch<C, S, E> batch = decided.batch();
    if (batch.isOver()) {
      return giveUp(decided, true, new OutcomeUnknown(batch.stream()));
    }
    return backOff(attempt)
        .chain(() -> catchUp(batch, decided.base()))
        .onFailure(Unavailable.class)
        .recoverWithItem(decided.base())
        .onItemOrFailure()
        .transformToUni(
            (now, failure) -> {
              if (failure != null) {
                return giveUp(decided, true, failure);
              }
              return Objects.equals(now.lastEvent(), decided.base().lastEvent())
                  ? append(decided, true, attempt + 1)
                  : attempt(batch, now, true, attempt + 1);
            });
  }

  /** What was too large together may not be alone: nobody pays for the size of another command. */
  private <C, S, E> Uni<Folded<S>> oneByOne(Decided<C, S, E> decided) {
    decided.answerWhatIsKnown();
    Uni<Folded<S>> done = Uni.createFrom().item(decided.base());
    for (Batch<C, S, E> alone : decided.batch().alone()) {
      done =
          done.chain(
              state ->
                  attempt(alone, state, false, 1)
                      .onFailure()
                      .invoke(alone::fail)
                      .onFailure()
                      .recoverWithItem(state));
    }
    return done;
  }

  private <C, S, E> Uni<Folded<S>> giveUp(
      Decided<C, S, E> decided, boolean unsure, Throwable failure) {
    decided.fail(failure, unsure);
    return Uni.createFrom().failure(failure);
  }

  private <S> Uni<Folded<S>> catchUp(Batch<?, S, ?> batch, Folded<S> from) {
    return loader.catchUp(batch.decider(), batch.stream(), from, batch::witness);
  }

  private static Uni<Void> backOff(int attempt) {
    int bound = BACK_OFF_MILLIS << Math.min(attempt, 6);
    Duration pause = Duration.ofMillis(1 + ThreadLocalRandom.current().nextInt(bound));
    return Uni.createFrom().voidItem().onItem().delayIt().by(pause);
  }

  @SuppressWarnings("unchecked") // a decider and what it folded are kept together
  private <S> @Nullable Kept<S> kept(Decider<?, S, ?> decider, String stream) {
    @Nullable Kept<?> found = kept.getIfPresent(stream);
    return found == null || !found.decider().equals(decider) ? null : (Kept<S>) found;
  }

  private <S> void keep(Decider<?, S, ?> decider, String stream, Folded<S> folded) {
    kept.put(stream, new Kept<>(decider, folded));
  }
}
