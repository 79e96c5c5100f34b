package dev.foldline.eventstoredb;

import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Loads a stream, folds it, decides, and appends what was decided at the revision it decided on.
 *
 * <p>Commands for one stream wait for each other inside an instance. Across instances the expected
 * revision decides: whoever comes second loads what is new and decides again. Safe for use by many
 * threads; never blocks.
 */
public final class CommandHandler {

  private static final int PAGE = 500;
  private static final int BACK_OFF_MILLIS = 2;

  private final EventStore store;
  private final EventCodec codec;
  private final int attempts;
  private final CommandListener listener;
  private final Lanes lanes;
  private final Supplier<CommandContext> context;

  /**
   * @param context what the caller of now says beside the command; asked on the caller's thread
   * @param attempts how often a command is decided at most before it ends in a {@link Conflict}
   * @param queue how many commands may wait for one stream
   */
  public CommandHandler(
      EventStore store,
      EventCodec codec,
      Supplier<CommandContext> context,
      int attempts,
      int queue,
      CommandListener listener) {
    this.context = context;
    this.store = store;
    this.codec = codec;
    this.attempts = attempts;
    this.listener = listener;
    this.lanes = new Lanes(queue);
  }

  /**
   * Handles one command.
   *
   * @param id of the aggregate that decides
   * @return the receipt; fails with a {@link dev.foldline.core.Failure} that says why it was not
   *     done
   */
  public <C, S, E> Uni<Receipt> handle(Decider<C, S, E> decider, String id, C command) {
    String stream = decider.stream(id);
    Precondition precondition = context.get().precondition();
    Loaded<S> empty = new Loaded<>(decider.initial(), -1, -1);
    return lanes.run(stream, () -> attempt(decider, stream, precondition, command, empty, 1));
  }

  private <C, S, E> Uni<Receipt> attempt(
      Decider<C, S, E> decider,
      String stream,
      Precondition precondition,
      C command,
      Loaded<S> from,
      int attempt) {
    return load(decider, stream, from)
        .chain(
            loaded ->
                append(
                        stream,
                        checked(precondition, stream, loaded),
                        decider.decide().apply(command, loaded.state()))
                    .onFailure(WrongRevision.class)
                    .recoverWithUni(
                        () -> {
                          listener.conflict();
                          if (attempt == attempts) {
                            return Uni.createFrom().failure(new Conflict(stream));
                          }
                          listener.retry();
                          return backOff(attempt)
                              .chain(
                                  () ->
                                      attempt(
                                          decider,
                                          stream,
                                          precondition,
                                          command,
                                          loaded,
                                          attempt + 1));
                        }));
  }

  private static <S> Loaded<S> checked(Precondition precondition, String stream, Loaded<S> loaded) {
    if (!precondition.holds(loaded.revision())) {
      throw new PreconditionFailed(stream, loaded.revision());
    }
    return loaded;
  }

  private Uni<Receipt> append(String stream, Loaded<?> loaded, List<?> events) {
    if (events.isEmpty()) {
      return Uni.createFrom()
          .item(new Receipt(stream, loaded.revision(), loaded.position(), false));
    }
    List<StoredEvent> stored =
        events.stream().map(event -> codec.encode(UUID.randomUUID(), event)).toList();
    return store
        .append(stream, loaded.revision(), stored)
        .invoke(() -> listener.appended(stored.size()))
        .map(appended -> new Receipt(stream, appended.revision(), appended.position(), false));
  }

  private Uni<Void> backOff(int attempt) {
    int bound = BACK_OFF_MILLIS << Math.min(attempt, 6);
    Duration pause = Duration.ofMillis(1 + ThreadLocalRandom.current().nextInt(bound));
    return Uni.createFrom().voidItem().onItem().delayIt().by(pause);
  }

  /** The state after all events of the stream, read from where {@code loaded} stands. */
  private <S, E> Uni<Loaded<S>> load(Decider<?, S, E> decider, String stream, Loaded<S> loaded) {
    return store
        .read(stream, loaded.revision() + 1, PAGE)
        .chain(
            page -> {
              Loaded<S> next = fold(decider, loaded, page);
              return page.size() < PAGE ? Uni.createFrom().item(next) : load(decider, stream, next);
            });
  }

  private <S, E> Loaded<S> fold(
      Decider<?, S, E> decider, Loaded<S> loaded, List<Recorded<StoredEvent>> page) {
    if (page.isEmpty()) {
      return loaded;
    }
    @SuppressWarnings("unchecked") // names are unique, so a category holds what its decider wrote
    List<E> events = (List<E>) page.stream().map(Recorded::event).map(codec::decode).toList();
    Recorded<?> last = page.getLast();
    return new Loaded<>(decider.fold(loaded.state(), events), last.revision(), last.position());
  }

  private record Loaded<S>(S state, long revision, long position) {}
}
