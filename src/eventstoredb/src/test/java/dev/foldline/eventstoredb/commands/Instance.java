package dev.foldline.eventstoredb.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.foldline.core.Appended;
import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Unavailable;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.testing.Faults;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/** One instance of an application: a command handler with its own cache, and faults on its way. */
final class Instance {

  static final EventCodec CODEC = new EventCodec(List.of(Counter.COUNTERS));
  static final RequestMacs MACS = new RequestMacs(List.of("test:MDEyMzQ1Njc4OWFiY2RlZg=="));

  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger appends = new AtomicInteger();
  final Heard heard = new Heard();
  volatile CommandContext context = CommandContext.NONE;
  private final CommandHandler handler;

  Instance(
      Streams streams,
      Snapshots snapshots,
      CommandOptions options,
      Function<String, Faults.Fault> plan) {
    this(streams, snapshots, options, plan, UnaryOperator.identity());
  }

  /**
   * @param broken what is put before the network, to see that it is found out
   */
  Instance(
      Streams streams,
      Snapshots snapshots,
      CommandOptions options,
      Function<String, Faults.Fault> plan,
      UnaryOperator<Streams> broken) {
    handler =
        new CommandHandler(
            broken.apply(new Faulty(streams, new Faults(plan))),
            CODEC,
            snapshots,
            () -> context,
            options,
            heard);
  }

  static Instance of(Streams streams) {
    return of(streams, _ -> Faults.Fault.NONE);
  }

  static Instance of(Streams streams, Function<String, Faults.Fault> plan) {
    return new Instance(streams, Snapshots.NONE, HandlerOptions.PLENTY, plan);
  }

  /** A request with an idempotency key that asks for something. */
  static KeyedRequest keyed(String key, Object asked) {
    return new KeyedRequest(key, asked.toString().getBytes(UTF_8), MACS);
  }

  /** Nothing but a request with an idempotency key. */
  static CommandContext said(KeyedRequest request) {
    return new CommandContext(
        Caller.ANONYMOUS,
        Optional.of(request),
        new Precondition.None(),
        Map.of(),
        Duration.ofSeconds(10));
  }

  Uni<Receipt> handle(String id, Counter.Command command) {
    return handle(Counter.DECIDER, id, command);
  }

  Uni<Receipt> handle(
      Decider<Counter.To, Counter, Counter.Event> decider, String id, Counter.Command command) {
    return handler.handle(decider, new Counter.To(id, command));
  }

  /** Handles a command with an idempotency key. */
  Uni<Receipt> handle(String key, String id, Counter.Command command) {
    return handle(keyed(key, command), id, command);
  }

  /** Handles a command that a request with an idempotency key leads to. */
  synchronized Uni<Receipt> handle(KeyedRequest request, String id, Counter.Command command) {
    context = said(request);
    try {
      return handle(id, command);
    } finally {
      context = CommandContext.NONE;
    }
  }

  private final class Faulty implements Streams {

    private final Streams streams;
    private final Faults faults;

    Faulty(Streams streams, Faults faults) {
      this.streams = streams;
      this.faults = faults;
    }

    @Override
    public CompletionStage<Appended> append(
        String stream, long expected, List<StoredEvent> events) {
      appends.incrementAndGet();
      return faults.call(
          "append",
          () -> streams.append(stream, expected, events),
          () -> new OutcomeUnknown(stream));
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> read(String stream, long from, int limit) {
      reads.incrementAndGet();
      return faults.call(
          "read", () -> streams.read(stream, from, limit), () -> new Unavailable("lost"));
    }

    @Override
    public CompletionStage<List<Recorded<StoredEvent>>> last(
        String stream, int limit, LongConsumer end) {
      reads.incrementAndGet();
      return faults.call(
          "read", () -> streams.last(stream, limit, end), () -> new Unavailable("lost"));
    }
  }

  /** Snapshots in memory. */
  static final class Memory implements Snapshots {

    final ConcurrentMap<String, String> kept = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Optional<String>> load(String stream) {
      return CompletableFuture.completedStage(Optional.ofNullable(kept.get(stream)));
    }

    @Override
    public CompletionStage<Void> save(String stream, String snapshot) {
      kept.put(stream, snapshot);
      return CompletableFuture.completedStage(null);
    }
  }

  /** What a handler said it did. */
  static final class Heard implements CommandListener {

    final AtomicInteger appended = new AtomicInteger();
    final AtomicInteger conflicts = new AtomicInteger();
    final AtomicInteger unknown = new AtomicInteger();
    final AtomicInteger discarded = new AtomicInteger();
    final AtomicInteger ignored = new AtomicInteger();
    final AtomicInteger away = new AtomicInteger();

    @Override
    public void appended(int events) {
      appended.addAndGet(events);
    }

    @Override
    public void conflict() {
      conflicts.incrementAndGet();
    }

    @Override
    public void unknownOutcome() {
      unknown.incrementAndGet();
    }

    @Override
    public void discarded() {
      discarded.incrementAndGet();
    }

    @Override
    public void snapshotIgnored() {
      ignored.incrementAndGet();
    }

    @Override
    public void snapshotsAway() {
      away.incrementAndGet();
    }
  }
}
