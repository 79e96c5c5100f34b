package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import com.eventstore.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
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
  private static final int LONGEST_ROUND_MILLIS = 700;

  /** An append that was answered: its events' types tell which of them it was. */
  private record Acknowledged(String stream, String append) {}

  private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();

  @Test
  @DisplayName(
      "nothing acknowledged is lost, no append is half there, positions and links have no duplicates or gaps")
  void survivesKill(@TempDir Path data) throws Exception {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      round(data, round, random.nextInt(LONGEST_ROUND_MILLIS));
    }
    try (var store = EmbeddedEventStore.builder().data(data).start();
        Wire wire = new Wire(store)) {
      check(wire);
    } catch (AssertionError e) {
      throw new AssertionError("With -Dcrash.seed=" + SEED, e);
    }
  }

  private void round(Path data, int round, int millis) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port",
                "0",
                "--data",
                data.toString())
            .redirectErrorStream(true)
            .start();
    try {
      int port = port(process.inputReader());
      var channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
      CountDownLatch started = new CountDownLatch(WRITERS);
      List<Thread> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String name = round + "." + writer;
        writers.add(
            Thread.startVirtualThread(
                () -> write(new Wire(channel, new Metadata()), name, started)));
      }
      assertThat(started.await(Wire.SECONDS, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(millis);
      process.destroyForcibly().waitFor();
      for (Thread writer : writers) {
        writer.join();
      }
      channel.shutdownNow();
    } finally {
      process.destroyForcibly();
    }
  }

  private static int port(BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("esdb://")) {
        return Integer.parseInt(line.replaceAll(".*:(\\d+)\\?.*", "$1"));
      }
    }
    throw new IOException("The store did not start");
  }

  private void write(Wire wire, String writer, CountDownLatch started) {
    for (int i = 0; ; i++) {
      String stream = "crash-" + i % STREAMS;
      String append = writer + "." + i;
      if (!wire.append(stream, "any", append, append, append).startsWith("ok")) {
        return;
      }
      acknowledged.add(new Acknowledged(stream, append));
      started.countDown();
    }
  }

  private void check(Wire wire) {
    List<RecordedEvent> all = events(wire, Wire.ALL);
    assertThat(all).extracting(RecordedEvent::getCommitPosition).isSorted().doesNotHaveDuplicates();
    List<String> written = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      String stream = "crash-" + i;
      List<RecordedEvent> events = events(wire, stream);
      Map<String, Integer> appends = new HashMap<>();
      for (int revision = 0; revision < events.size(); revision++) {
        assertThat(events.get(revision).getStreamRevision()).isEqualTo(revision);
        appends.merge(events.get(revision).getMetadataMap().get("type"), 1, Integer::sum);
        written.add(revision + "@" + stream);
      }
      assertThat(appends.values()).containsOnly(3);
      assertThat(acknowledged)
          .filteredOn(append -> append.stream().equals(stream))
          .allSatisfy(append -> assertThat(appends).containsKey(append.append()));
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(targets(wire, "$ce-crash")).hasSize(written.size()));
    assertThat(targets(wire, "$ce-crash")).containsExactlyInAnyOrderElementsOf(written);
    assertThat(
            all.stream()
                .filter(
                    event ->
                        event
                            .getStreamIdentifier()
                            .getStreamName()
                            .toStringUtf8()
                            .startsWith("$et-")))
        .extracting(event -> event.getData().toStringUtf8())
        .doesNotHaveDuplicates();
    assertThat(targets(wire, "$streams")).doesNotHaveDuplicates();
  }

  private static List<String> targets(Wire wire, String stream) {
    return events(wire, stream).stream().map(event -> event.getData().toStringUtf8()).toList();
  }

  private static List<RecordedEvent> events(Wire wire, String stream) {
    return wire.open(stream).await().messages().stream()
        .filter(ReadResp::hasEvent)
        .map(message -> message.getEvent().getEvent())
        .toList();
  }
}
