package dev.foldline.bench;

import com.eventstore.dbclient.proto.persistentsubscriptions.PersistentSubscriptionsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

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
  private static final int SMALLEST = 10;
  private static final int LARGEST = 1024;

  private final StoreProcess store;
  private final OfficialClient official;
  private final OfficialClient direct;
  private final FoldlineConnection foldline;
  private final ManagedChannel channel;

  private StoreBenchmark(Path data) throws IOException {
    store = StoreProcess.start(data);
    official = OfficialClient.asItIs(store.connectionString());
    direct = OfficialClient.direct(store.connectionString());
    foldline = new FoldlineConnection(store.connectionString(), STREAMS);
    URI address = URI.create(store.connectionString());
    channel =
        NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
            .usePlaintext()
            .directExecutor()
            .build();
  }

  /** Prints the table. */
  public static void main(String[] args) throws Exception {
    Logs.atInfo();
    try (TemporaryDirectory directory = new TemporaryDirectory()) {
      measureCalls(directory.resolve("calls"));
      measureSize(directory.resolve("size"));
    }
  }

  private static void measureCalls(Path data) throws Exception {
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      bench.warmUp();
      StoreTable table = new StoreTable(bench.store);
      Appends appends = bench.measureAppends(table);
      bench.measureReads(table);
      bench.measureSubscriptions(table);
      appends.print();
    }
  }

  /** What was reached with so many in flight. */
  private record Appends(Map<Integer, Load.Reached> official, Map<Integer, Load.Reached> foldline) {

    /** How Foldline's connection compares to the official client. */
    void print() {
      System.out.printf(
          "%nappend, Foldline, against the official client: 64 in flight %.1f × as many a second,"
              + " 1 in flight %.2f × its p50%n",
          reached(foldline, 64).perSecond() / reached(official, 64).perSecond(),
          reached(foldline, 1).millis(50) / reached(official, 1).millis(50));
    }

    private static Load.Reached reached(Map<Integer, Load.Reached> appends, int inFlight) {
      return Objects.requireNonNull(appends.get(inFlight));
    }
  }

  private Appends measureAppends(StoreTable table) throws Exception {
    Appends reached = new Appends(new HashMap<>(), new HashMap<>());
    for (int inFlight : List.of(1, 16, 64, 256)) {
      String asked = inFlight == 64 ? "15,000" : inFlight == 1 ? "p50 < 1 ms" : "";
      reached.official.put(
          inFlight,
          table.calls(
              "append, official client, " + inFlight + " in flight",
              inFlight,
              () -> official.append(stream(), data()),
              asked));
    }
    table.calls(
        "append, official client, direct, 64 in flight",
        64,
        () -> direct.append(stream(), data()),
        "");
    for (int inFlight : List.of(1, 64, 256)) {
      BatchAppends appends = new BatchAppends(channel);
      table.calls(
          "BatchAppend, stubs, " + inFlight + " in flight",
          inFlight,
          () -> appends.append(stream(), data()),
          inFlight == 64 ? "50,000" : "");
      appends.close();
    }
    for (int inFlight : List.of(1, 64, 256)) {
      reached.foldline.put(
          inFlight,
          table.calls(
              "append, Foldline, " + inFlight + " in flight",
              inFlight,
              () -> foldline.append(data()),
              ""));
    }
    return reached;
  }

  private void measureReads(StoreTable table) throws Exception {
    fill(STREAMS, STREAMS * 10, "ten-");
    Load.warmUp(16, WARM_UP, () -> official.readTen(ten()));
    table.calls(
        "read 10 events, official client, 16 in flight",
        16,
        () -> official.readTen(ten()),
        "8,000");
    table.calls(
        "read 10 events, official client, direct, 16 in flight",
        16,
        () -> direct.readTen(ten()),
        "");
    Load.warmUp(16, WARM_UP, () -> foldline.readTen(ten()));
    table.calls("read 10 events, Foldline, 16 in flight", 16, () -> foldline.readTen(ten()), "");
    var _ = official.readAll();
    table.events("read $all, official client", official::readAll, "150,000");
  }

  private void measureSubscriptions(StoreTable table) throws Exception {
    var _ = subscribeByStubs();
    table.events("subscription with acks, stubs, buffer 100", this::subscribeByStubs, "30,000");
    for (int buffer : List.of(100, 2_000)) {
      String suffix = ", buffer %,d".formatted(buffer);
      var _ = official.subscribe(buffer, SUBSCRIBED_EVENTS);
      table.events(
          "subscription with acks, official client" + suffix,
          () -> official.subscribe(buffer, SUBSCRIBED_EVENTS),
          "");
      table.events(
          "subscription with acks, official client, direct" + suffix,
          () -> direct.subscribe(buffer, SUBSCRIBED_EVENTS),
          "");
      var _ = foldline.subscribe(buffer, SUBSCRIBED_EVENTS);
      table.events(
          "subscription with acks, Foldline" + suffix,
          () -> foldline.subscribe(buffer, SUBSCRIBED_EVENTS),
          "");
    }
  }

  private static void measureSize(Path data) throws Exception {
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      bench.fill(FILLED_STREAMS, FILLED_EVENTS, "filled-");
    }
    try (StoreBenchmark bench = new StoreBenchmark(data)) {
      var _ =
          bench.official.append(stream(), data()).toCompletableFuture().get(10, TimeUnit.SECONDS);
      double all = bench.official.readAll().perSecond();
      System.out.printf(
          "%nwith 1,000,000 events in 100,000 streams, -Xmx256m: start %.2f s (asked: under 3),"
              + " resident %d MB after reading all of it (asked: under 400), $all at %,.0f/s%n",
          bench.store.startSeconds(), bench.store.residentMegabytes(), all);
    }
  }

  private void warmUp() throws InterruptedException {
    BatchAppends appends = new BatchAppends(channel);
    Load.warmUp(64, WARM_UP, () -> official.append(stream(), data()));
    Load.warmUp(64, WARM_UP, () -> appends.append(stream(), data()));
    Load.warmUp(64, WARM_UP, () -> foldline.append(data()));
    appends.close();
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

  private StoreTable.Events subscribeByStubs() throws Exception {
    Acknowledging consumer = new Acknowledging(official.group(), 100, SUBSCRIBED_EVENTS);
    long start = System.nanoTime();
    PersistentSubscriptionsGrpc.newStub(channel).read(consumer).onNext(consumer.first());
    consumer.done().get(60, TimeUnit.SECONDS);
    return StoreTable.Events.since(start, SUBSCRIBED_EVENTS);
  }

  private static String stream() {
    return "stream-" + ThreadLocalRandom.current().nextInt(STREAMS);
  }

  private static String ten() {
    return "ten-" + ThreadLocalRandom.current().nextInt(STREAMS);
  }

  private static byte[] data() {
    int size = ThreadLocalRandom.current().nextInt(SMALLEST, LARGEST + 1);
    return ("{\"d\":\"" + "x".repeat(size - 8) + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    official.close();
    direct.close();
    foldline.close();
    channel.shutdownNow();
    store.close();
  }
}
