package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsGrpc;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.AppendReq.ProposedMessage;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a store of its own process with SIGKILL while many threads append, again and again on the
 * same data. {@code -Dcrash.rounds=50} is the long form; {@code -Dcrash.seed} repeats a run's
 * choices.
 */
@DisplayName("2.1, 8 Crashes")
class CrashTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
  private static final int WRITERS = 8;
  private static final int STREAMS = 5;
  private static final int TYPES = 7;
  private static final int EVENTS = 3;
  private static final int LONGEST_ROUND_MILLIS = 700;
  private static final int MOST_DOUBLINGS = 8;

  /** With so many rounds it is no luck that both states of the index are met. */
  private static final int MANY_ROUNDS = 20;

  /** What a kill left of the generation that was on its way to SQLite's index. */
  private enum Generation {
    HALF_WRITTEN,
    WRITTEN
  }

  /** An event as a reader sees it; the data of our own names the append that wrote it. */
  private record Seen(String stream, long revision, long position, String type, String data) {
    String link() {
      return revision + "@" + stream;
    }
  }

  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  @DisplayName(
      "nothing acknowledged is lost, no append is half there, revisions, positions and links have neither duplicates nor gaps")
  void survives_kill(@TempDir Path data, @TempDir Path copy) throws Exception {
    Random random = new Random(SEED);
    Set<Generation> met = EnumSet.noneOf(Generation.class);
    for (int round = 0; round < ROUNDS; round++) {
      round(
          data, round, 16 << random.nextInt(MOST_DOUBLINGS), random.nextInt(LONGEST_ROUND_MILLIS));
      met.add(generation(data, copy));
    }
    if (ROUNDS >= MANY_ROUNDS) {
      assertThat(met).as("met with -Dcrash.seed=%d", SEED).containsExactly(Generation.values());
    }
    try (var store = EmbeddedEventStore.builder().data(data).start();
        Wire wire = new Wire(store)) {
      check(wire);
    } catch (AssertionError e) {
      throw new AssertionError("With -Dcrash.seed=" + SEED, e);
    }
  }

  private void round(Path data, int round, int generation, int millis) throws Exception {
    List<Thread> writers = new ArrayList<>();
    var store = KillableStore.start(data, generation, true);
    var channel = NettyChannelBuilder.forAddress("localhost", store.port()).usePlaintext().build();
    try (store) {
      CountDownLatch started = new CountDownLatch(WRITERS);
      for (int writer = 0; writer < WRITERS; writer++) {
        String name = round + "." + writer;
        writers.add(
            Thread.startVirtualThread(
                () -> write(new Wire(channel, new Metadata()), name, started)));
      }
      assertThat(started.await(Wire.SECONDS, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(millis);
    }
    for (Thread writer : writers) {
      writer.join();
    }
    channel.shutdownNow();
  }

  /** Until the store is gone. One append in ten begins a stream. */
  private void write(Wire wire, String writer, CountDownLatch started) {
    for (int i = 0; ; i++) {
      String append = writer + "." + i;
      String stream = "crash-" + (i % 10 == 0 ? append : i % STREAMS);
      List<ProposedMessage> events =
          Collections.nCopies(EVENTS, "t" + i % TYPES).stream()
              .map(type -> wire.event(type, append, "text/plain"))
              .toList();
      if (!Wire.appended(wire.appending(stream, "any", events)).startsWith("ok")) {
        return;
      }
      acknowledged.add(append);
      started.countDown();
    }
  }

  /** Looks at a copy: SQLite would repair what it opens, before the store does. */
  private static Generation generation(Path data, Path copy) throws Exception {
    CopyOption over = StandardCopyOption.REPLACE_EXISTING;
    for (String file : List.of("events.db", "events.db-wal")) {
      Files.copy(data.resolve(file), copy.resolve(file), over);
    }
    try (var file = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("events.db"));
        var statement = file.createStatement();
        var row =
            statement.executeQuery(
                "SELECT max(r.position) > i.position FROM revisions r, indexed i")) {
      return row.getBoolean(1) ? Generation.HALF_WRITTEN : Generation.WRITTEN;
    }
  }

  private void check(Wire wire) {
    List<Seen> user = events(wire, Wire.ALL).stream().filter(CrashTest::isOurs).toList();
    checkAppends(user);
    List<String> all = links(user);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> last(wire, "$ce-crash").equals(all.getLast()));

    List<Seen> log = events(wire, Wire.ALL);
    assertThat(log).extracting(Seen::position).isSorted().doesNotHaveDuplicates();
    checkStreams(wire, log);
    assertThat(targets(log, "$ce-crash")).isEqualTo(all);
    for (int i = 0; i < TYPES; i++) {
      String type = "t" + i;
      assertThat(targets(log, "$et-" + type))
          .isEqualTo(links(user.stream().filter(event -> event.type().equals(type)).toList()));
    }
    assertThat(targets(log, "$streams"))
        .isEqualTo(links(user.stream().filter(event -> event.revision() == 0).toList()));
  }

  /** Every append is there as a whole, or not at all and was not acknowledged. */
  private void checkAppends(List<Seen> user) {
    Map<String, List<Seen>> appends =
        user.stream()
            .collect(Collectors.groupingBy(Seen::data, LinkedHashMap::new, Collectors.toList()));
    assertThat(appends).containsKeys(acknowledged.toArray(String[]::new));
    assertThat(appends.values())
        .allSatisfy(
            append -> {
              Seen first = append.getFirst();
              assertThat(append)
                  .hasSize(EVENTS)
                  .allMatch(event -> event.stream().equals(first.stream()));
              assertThat(append.getLast().revision()).isEqualTo(first.revision() + EVENTS - 1);
            });
  }

  /** Each stream has what the log has of it, without gaps, forwards and backwards. */
  private static void checkStreams(Wire wire, List<Seen> log) {
    Map<String, List<Seen>> streams =
        log.stream()
            .filter(event -> isOurs(event) || !event.stream().startsWith("$$"))
            .collect(Collectors.groupingBy(Seen::stream));
    streams.forEach(
        (stream, events) -> {
          assertThat(events.stream().map(Seen::revision))
              .as(stream)
              .isEqualTo(LongStream.range(0, events.size()).boxed().toList());
          assertThat(events(wire, stream)).isEqualTo(events);
          assertThat(events(wire, stream, Wire.backwards(), Wire.fromEnd()))
              .isEqualTo(events.reversed());
        });
  }

  private static boolean isOurs(Seen event) {
    return event.stream().startsWith("crash-");
  }

  private static List<String> links(List<Seen> events) {
    return events.stream().map(Seen::link).toList();
  }

  private static List<String> targets(List<Seen> log, String stream) {
    return log.stream().filter(event -> event.stream().equals(stream)).map(Seen::data).toList();
  }

  private static String last(Wire wire, String stream) {
    return events(wire, stream, Wire.backwards(), Wire.fromEnd(), Wire.count(1)).stream()
        .map(Seen::data)
        .collect(Collectors.joining());
  }

  @SafeVarargs
  private static List<Seen> events(
      Wire wire, String stream, Consumer<ReadReq.Options.Builder>... changes) {
    var request = Wire.reading(stream);
    for (var change : changes) {
      change.accept(request.getOptionsBuilder());
    }
    List<Seen> events = new ArrayList<>();
    StreamsGrpc.newBlockingStub(wire.channel)
        .withDeadlineAfter(5, TimeUnit.MINUTES)
        .read(request.build())
        .forEachRemaining(
            message -> {
              if (message.hasEvent()) {
                events.add(seen(message.getEvent().getEvent()));
              }
            });
    return events;
  }

  private static Seen seen(RecordedEvent event) {
    return new Seen(
        event.getStreamIdentifier().getStreamName().toStringUtf8().intern(),
        event.getStreamRevision(),
        event.getCommitPosition(),
        event.getMetadataMap().getOrDefault("type", "").intern(),
        event.getData().toStringUtf8());
  }
}
