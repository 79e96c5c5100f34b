package dev.foldline.bench;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.CreatePersistentSubscriptionToAllOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ReadAllOptions;
import com.eventstore.dbclient.ReadMessage;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribePersistentSubscriptionOptions;
import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The embedded store, durable, in a process of its own; clients here. Events hold 10 bytes to 1 KB.
 */
final class StoreBenchmark implements AutoCloseable {

  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final int STREAMS = 10_000;
  private static final int FILLED_STREAMS = 100_000;
  private static final int FILLED_EVENTS = 1_000_000;
  private static final int FILL_BATCH = 500;
  private static final int SUBSCRIBED_EVENTS = 300_000;
  private static final String SAME_DIRECT = "the same, callbacks on the connection's thread";
  private static final int SMALLEST = 10;
  private static final int LARGEST = 1024;

  private final StoreProcess store;
  private final EventStoreDBClient client;

  /** The same client, but what it is answered it handles where it comes in. */
  private final EventStoreDBClient direct;

  private final ManagedChannel channel;

  private StoreBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    client =
        EventStoreDBClient.create(
            EventStoreDBConnectionString.parseOrThrow(store.connectionString()));
    URI address = URI.create(store.connectionString());
    direct =
        EventStoreDBClient.create(
            EventStoreDBClientSettings.builder()
                .addHost(address.getHost(), address.getPort())
                .tls(false)
                .addInterceptor(new OnConnectionThread())
                .buildConnectionSettings());
    channel =
        NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
            .usePlaintext()
            .directExecutor()
            .build();
  }

  /** Prints the table. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    Path directory = Files.createTempDirectory("foldline-bench");
    try {
      measureCalls(directory.resolve("calls"));
      measureSize(directory.resolve("size"));
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void measureCalls(Path data) throws Exception {
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      bench.warmUp();
      StoreTable table = new StoreTable(bench.store);
      for (int inFlight : List.of(1, 16, 64)) {
        table.calls(
            "append, official client, " + inFlight + " in flight",
            inFlight,
            () -> append(bench.client),
            inFlight == 64 ? "15,000" : inFlight == 1 ? "p50 < 1 ms" : "");
      }
      table.calls(SAME_DIRECT, 64, () -> append(bench.direct), "");
      for (int inFlight : List.of(1, 64, 256)) {
        BatchAppends appends = new BatchAppends(bench.channel);
        table.calls(
            "BatchAppend, stubs, " + inFlight + " in flight",
            inFlight,
            () -> appends.append(stream(STREAMS), data()),
            inFlight == 64 ? "50,000" : "");
        appends.close();
      }
      bench.fill(STREAMS, STREAMS * 10, "ten-");
      Load.warmUp(16, WARM_UP, () -> readTen(bench.client));
      table.calls(
          "read 10 events of a stream, 16 in flight", 16, () -> readTen(bench.client), "8,000");
      table.calls(SAME_DIRECT, 16, () -> readTen(bench.direct), "");
      var _ = bench.readAll();
      table.events("read $all, events", bench::readAll, "150,000");
      var _ = bench.subscribeByStubs();
      table.events(
          "persistent subscription with acks, buffer 100, stubs",
          bench::subscribeByStubs,
          "30,000");
      var _ = bench.subscribe(bench.client);
      table.events("the same, official client", () -> bench.subscribe(bench.client), "");
      table.events(SAME_DIRECT, () -> bench.subscribe(bench.direct), "");
    }
  }

  private static void measureSize(Path data) throws Exception {
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      bench.fill(FILLED_STREAMS, FILLED_EVENTS, "filled-");
    }
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      var _ = append(bench.client).get(10, TimeUnit.SECONDS);
      double all = bench.readAll().perSecond();
      System.out.printf(
          "%nwith 1,000,000 events in 100,000 streams, -Xmx256m: start %.2f s (asked: under 3),"
              + " resident %d MB after reading all of it (asked: under 400), $all at %,.0f/s%n",
          bench.store.startSeconds(), bench.store.residentMegabytes(), all);
    }
  }

  private void warmUp() throws InterruptedException {
    BatchAppends appends = new BatchAppends(channel);
    Load.warmUp(64, WARM_UP, () -> append(client));
    Load.warmUp(64, WARM_UP, () -> appends.append(stream(STREAMS), data()));
    appends.close();
  }

  private static CompletableFuture<?> append(EventStoreDBClient client) {
    AppendToStreamOptions options = AppendToStreamOptions.get();
    options.expectedRevision(ExpectedRevision.any());
    EventData event = EventData.builderAsJson(UUID.randomUUID(), "measured", data()).build();
    return client.appendToStream(stream(STREAMS), options, event);
  }

  private static CompletableFuture<?> readTen(EventStoreDBClient client) {
    String stream = "ten-" + ThreadLocalRandom.current().nextInt(STREAMS);
    return client.readStream(stream, ReadStreamOptions.get().forwards().maxCount(10));
  }

  /** Events spread evenly over streams, many appends under way at once. */
  private void fill(int streams, int events, String prefix) throws Exception {
    BatchAppends appends = new BatchAppends(channel);
    List<CompletableFuture<Void>> open = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      open.add(appends.append(prefix + i % streams, data()));
      if (open.size() == FILL_BATCH) {
        CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        open.clear();
      }
    }
    CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    appends.close();
  }

  /** From the first event of the log to the last. */
  private StoreTable.Events readAll() throws InterruptedException {
    AtomicLong events = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    long start = System.nanoTime();
    client
        .readAllReactive(ReadAllOptions.get().forwards().fromStart().maxCount(Long.MAX_VALUE))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(ReadMessage message) {
                events.incrementAndGet();
              }

              @Override
              public void onError(Throwable failure) {
                failure.printStackTrace();
                done.countDown();
              }

              @Override
              public void onComplete() {
                done.countDown();
              }
            });
    if (!done.await(120, TimeUnit.SECONDS)) {
      throw new IllegalStateException("reading $all did not end");
    }
    return StoreTable.Events.since(start, events.get());
  }

  /** Makes a group that begins at the first event of the log, and answers its name. */
  private String group() throws Exception {
    String group = UUID.randomUUID().toString();
    var options = CreatePersistentSubscriptionToAllOptions.get().fromStart();
    var _ =
        EventStoreDBPersistentSubscriptionsClient.from(client)
            .createToAll(group, options)
            .get(10, TimeUnit.SECONDS);
    return group;
  }

  private StoreTable.Events subscribeByStubs() throws Exception {
    String group = group();
    Acknowledging consumer = new Acknowledging(group, 100, SUBSCRIBED_EVENTS);
    long start = System.nanoTime();
    PersistentSubscriptionsGrpc.newStub(channel).read(consumer).onNext(consumer.first());
    consumer.done().get(60, TimeUnit.SECONDS);
    return StoreTable.Events.since(start, SUBSCRIBED_EVENTS);
  }

  private StoreTable.Events subscribe(EventStoreDBClient client) throws Exception {
    String group = group();
    var subscriptions = EventStoreDBPersistentSubscriptionsClient.from(client);
    AtomicLong events = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    long start = System.nanoTime();
    PersistentSubscription subscription =
        subscriptions
            .subscribeToAll(
                group,
                SubscribePersistentSubscriptionOptions.get().bufferSize(100),
                new PersistentSubscriptionListener() {
                  @Override
                  public void onEvent(
                      PersistentSubscription subscription, int retries, ResolvedEvent event) {
                    subscription.ack(event);
                    if (events.incrementAndGet() == SUBSCRIBED_EVENTS) {
                      done.countDown();
                    }
                  }
                })
            .get(10, TimeUnit.SECONDS);
    boolean ended = done.await(60, TimeUnit.SECONDS);
    StoreTable.Events reached = StoreTable.Events.since(start, events.get());
    subscription.stop();
    if (!ended) {
      System.out.println("(only " + events + " events came within a minute)");
    }
    return reached;
  }

  private static String stream(int streams) {
    return "stream-" + ThreadLocalRandom.current().nextInt(streams);
  }

  private static byte[] data() {
    int size = ThreadLocalRandom.current().nextInt(SMALLEST, LARGEST + 1);
    return ("{\"d\":\"" + "x".repeat(size - 8) + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    client.shutdown().orTimeout(10, TimeUnit.SECONDS).join();
    direct.shutdown().orTimeout(10, TimeUnit.SECONDS).join();
    channel.shutdownNow();
    store.close();
  }
}
