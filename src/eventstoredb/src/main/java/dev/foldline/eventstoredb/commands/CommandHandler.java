package dev.foldline.eventstoredb.commands;

import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Snapshots;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.Asked;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.CommandIdentity;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.NotReached;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.eventstoredb.connection.CallersContext;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.snapshots.SnapshotKeeper;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
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

  private final Supplier<CommandContext> context;
  private final CommandQueues<Call<?, ?, ?>> queues;
  private final Batch.Shared shared;
  private final Semaphore inFlight;
  private final Deadlines deadlines = new Deadlines();

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
    this.context = context;
    this.inFlight = new Semaphore(options.inFlight());
    RecentKeys.Window window =
        new RecentKeys.Window(
            options.rememberedKeys(), options.keysRememberedFor(), InstantSource.system());
    SnapshotKeeper keeper =
        new SnapshotKeeper(
            snapshots, options.snapshotEvery(), options.withoutSnapshots(), window, listener);
    this.shared =
        new Batch.Shared(
            streams,
            codec,
            new StreamLoader(streams, codec, keeper, window, listener),
            keeper,
            new CachedStates(options.cachedStreams()),
            options.attempts(),
            listener);
    this.queues =
        new CommandQueues<>(
            options.queue(), options.batch(), (a, b) -> a.decider().equals(b.decider()), this::run);
  }

  /**
   * Handles one command. Of a request with an idempotency key each call of this is another command,
   * known by its order among those on the same stream; subscribing again to one answer is none.
   * Handle the commands of one request on one stream one after another, in an order that follows
   * from the request alone. After a {@link Conflict}, {@link Unavailable} or {@link
   * OutcomeUnknown}, or where nobody waited for the answer, the next command on the stream is taken
   * for the same one: try that again, or fail.
   *
   * @return the receipt, on the caller's Vert.x context if it has one; fails with a {@link
   *     dev.foldline.core.Failure} that says why it was not done
   */
  public <C, S, E> Uni<Receipt> handle(Decider<C, S, E> decider, C command) {
    return handle(decider, command, this.context.get());
  }

  /**
   * The same where the caller says what there is beside the command, such as one that no HTTP
   * request leads to.
   *
   * @param context with the same {@link KeyedRequest} for all commands of one request, and another
   *     one when it comes again
   */
  public <C, S, E> Uni<Receipt> handle(
      Decider<C, S, E> decider, C command, CommandContext context) {
    String stream = decider.stream(command);
    return handle(decider, stream, command, context, Sends.of(context, stream));
  }

  /**
   * The same for the command of an effect, which is known by its key.
   *
   * @return as above; fails with {@link NotReached} where the stream has to be read back first
   */
  public <C, S, E> Uni<Receipt> handle(
      Decider<C, S, E> decider,
      C command,
      CommandContext context,
      CommandIdentity.OfEffect effect) {
    return handle(decider, decider.stream(command), command, context, new Sends.Always(effect));
  }

  private <C, S, E> Uni<Receipt> handle(
      Decider<C, S, E> decider, String stream, C command, CommandContext context, Sends sends) {
    Executor callers = CallersContext.now();
    return Uni.createFrom()
        .emitter(
            caller -> {
              Call<C, S, E> call =
                  new Call<>(decider, stream, new Asked<>(command, context, sends.begin()));
              boolean admitted = inFlight.tryAcquire();
              call.onEnd(
                  (receipt, failure) -> {
                    if (admitted) {
                      inFlight.release();
                    }
                    sends.end(failure);
                    callers.execute(() -> answer(caller, receipt, failure));
                  });
              caller.onTermination(call::leave);
              if (admitted) {
                enter(call);
              } else {
                call.fail(new Unavailable("overloaded", "too many commands are on their way"));
              }
            });
  }

  private void enter(Call<?, ?, ?> call) {
    try {
      deadlines.watch(call);
      queues.enter(call.stream(), call);
    } catch (RuntimeException e) {
      call.fail(e);
    }
  }

  private static void answer(
      UniEmitter<? super Receipt> caller, Receipt receipt, @Nullable Throwable failure) {
    if (failure == null) {
      caller.complete(receipt);
    } else {
      caller.fail(failure);
    }
  }

  private CompletionStage<?> run(String stream, List<Call<?, ?, ?>> calls) {
    @SuppressWarnings("unchecked") // queues hand over together only what has the same decider
    List<Call<Object, Object, Object>> alike = (List<Call<Object, Object, Object>>) (List<?>) calls;
    return new Batch<>(shared, stream, alike).run();
  }
}
