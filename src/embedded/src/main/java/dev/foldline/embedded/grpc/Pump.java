package dev.foldline.embedded.grpc;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ResolvedEvent;
import dev.foldline.embedded.log.Snapshot;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends what one reader asked for, a page at a time, as long as the transport takes it: a page is
 * read on a reader thread and sent on the transport's, where its parts go out together. Woken when
 * the transport is ready again and, once live, by commits; never runs twice at once.
 */
abstract class Pump {
  /**
   * About how much is read and sent in one go; a slow reader makes the server hold four times as
   * much.
   */
  static final int PAGE_BYTES = 64 << 10;

  static final int PAGE_EVENTS = 512;

  /** Enough that a page is read while the transport still has one to send. */
  private static final int SENT_AHEAD_BYTES = 2 * PAGE_BYTES;

  /** What is left to do after a page. */
  enum Progress {
    MORE,
    WAIT,
    DONE
  }

  private final EventLog log;
  private final Executor transport;
  private final ServerCallStreamObserver<ReadResp> responses;
  private final boolean structuredIds;
  private final AtomicInteger wakes = new AtomicInteger();

  /** Handed with the page from the reader's thread to the transport's, like what follows. */
  private List<ReadResp> read = new ArrayList<>();

  private int seenWakes;
  private volatile boolean ended;

  Pump(
      EventLog log,
      Executor transport,
      ServerCallStreamObserver<ReadResp> responses,
      boolean structuredIds) {
    this.log = log;
    this.transport = transport;
    this.responses = responses;
    this.structuredIds = structuredIds;
  }

  /** Reads one page, and says what is to be sent of it. */
  abstract Progress page(Snapshot snapshot);

  /** Releases what the call held; may be called more than once. */
  void release() {}

  /** Begins once the reader is known to be allowed to. */
  final void start(CompletableFuture<?> permission) {
    wakes.set(1);
    responses.setOnReadyThreshold(SENT_AHEAD_BYTES);
    responses.setOnReadyHandler(this::wake);
    responses.setOnCancelHandler(this::end);
    var _ =
        permission.whenComplete(
            (_, denied) -> {
              if (denied == null) {
                schedule();
              } else {
                next(null, denied);
              }
            });
  }

  final void wake() {
    if (!ended && wakes.getAndIncrement() == 0) {
      schedule();
    }
  }

  private void schedule() {
    var _ = log.read(this::turn).whenCompleteAsync(this::next, transport);
  }

  private Progress turn(Snapshot snapshot) {
    seenWakes = wakes.get();
    // A commit wakes also those that the transport takes nothing more for.
    return !ended && responses.isReady() ? page(snapshot) : Progress.WAIT;
  }

  /** The next page is read while this one is sent. */
  private void next(@Nullable Progress progress, @Nullable Throwable failure) {
    List<ReadResp> page = read;
    read = new ArrayList<>();
    boolean stays = failure == null && !ended && progress != Progress.DONE;
    if (stays && (canReadMore(progress) || wasWokenMeanwhile())) {
      schedule();
    }
    page.forEach(responses::onNext);
    if (failure != null) {
      responses.onError(Errors.of(failure));
    } else if (!ended && progress == Progress.DONE) {
      responses.onCompleted();
    }
    if (!stays) {
      end();
    }
  }

  private boolean canReadMore(@Nullable Progress progress) {
    return progress == Progress.MORE && responses.isReady();
  }

  private boolean wasWokenMeanwhile() {
    return wakes.addAndGet(-seenWakes) != 0;
  }

  private void end() {
    ended = true;
    release();
  }

  final void send(ResolvedEvent event) {
    send(ReadResp.newBuilder().setEvent(ReadEvents.forStreams(event, structuredIds)).build());
  }

  final void send(ReadResp response) {
    read.add(response);
  }

  static ReadResp confirmation() {
    var confirmation =
        ReadResp.SubscriptionConfirmation.newBuilder()
            .setSubscriptionId(UUID.randomUUID().toString());
    return ReadResp.newBuilder().setConfirmation(confirmation).build();
  }

  static ReadResp caughtUp() {
    return ReadResp.newBuilder().setCaughtUp(ReadResp.CaughtUp.getDefaultInstance()).build();
  }
}
