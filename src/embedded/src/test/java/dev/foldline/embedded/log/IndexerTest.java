package dev.foldline.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The index")
class IndexerTest {
  private static final int STREAMS = 20;
  private static final long SEED = Long.getLong("index.seed", System.nanoTime());

  private final Random random = new Random(SEED);
  private final AtomicLongArray acknowledged = new AtomicLongArray(STREAMS);

  @Test
  @DisplayName("goes on with a generation where the last commit left it, however many commits fail")
  void progress_despite_rollbacks() throws SQLException {
    int generation = 20;
    try (Database database = Database.open(null, false)) {
      Connection connection = database.writer();
      LogHead head =
          new LogHead(
              new Selects(connection),
              new Inserts(connection),
              generation,
              4096,
              InstantSource.system());
      Decisions decisions = new Decisions(head);
      for (int i = 0; i < 20 * generation; i++) {
        append(decisions);
        head.commit();
        append(decisions);
        head.rollback();
      }
      assertThat(
              number(
                  connection,
                  "SELECT count(*) FROM events WHERE position > (SELECT position FROM indexed)"))
          .as("events that only memory has the place of")
          .isLessThanOrEqualTo(2L * generation);
    }
  }

  @RepeatedTest(5)
  @DisplayName("has each committed event once, and no other, whenever a commit fails")
  void rollbacks(@TempDir Path data) throws SQLException {
    try (Database database = Database.open(data, false)) {
      Connection connection = database.writer();
      LogHead head =
          new LogHead(
              new Selects(connection),
              new Inserts(connection),
              1 + random.nextInt(30),
              1,
              InstantSource.system());
      Decisions decisions = new Decisions(head);
      for (int i = 0; i < 300; i++) {
        long[] appended = new long[STREAMS];
        for (int events = 1 + random.nextInt(8); events > 0; events--) {
          appended[append(decisions)]++;
        }
        if (random.nextInt(3) == 0) {
          head.rollback();
        } else {
          head.commit();
          for (int stream = 0; stream < STREAMS; stream++) {
            acknowledged.addAndGet(stream, appended[stream]);
          }
        }
      }
    }
    checkReopened(data);
  }

  @Test
  @DisplayName("shows every reader whole streams while generations go to disk, and after a reopen")
  void readers_meanwhile(@TempDir Path data) {
    try (EventLog log = EventLog.open(data, false, Runnable::run, 200)) {
      AtomicBoolean done = new AtomicBoolean();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Random choices = new Random(SEED + i);
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!done.get()) {
                    check(log, choices.nextInt(STREAMS), choices.nextInt(100));
                  }
                },
                Thread.ofPlatform()::start));
      }
      appendMany(log, 20_000);
      done.set(true);
      readers.forEach(CompletableFuture::join);
    }
    checkReopened(data);
  }

  @Test
  @DisplayName("shows a long stream in pages, some of it from SQLite and some from memory")
  void long_stream() {
    try (EventLog log = EventLog.open(null, false, Runnable::run, 1000)) {
      for (int i = 0; i < 27; i++) {
        var events = Stream.generate(IndexerTest::event).limit(100).toList();
        log.append("long", ExpectedRevision.ANY, events).join();
      }
      List<Long> forwards = new ArrayList<>();
      List<Long> backwards = new ArrayList<>();
      log.read(
              snapshot -> {
                StreamInfo info = snapshot.stream("long");
                long last = info.lastRevision();
                for (int page = 0; page < 6; page++) {
                  forwards.addAll(
                      revisions(snapshot.streamForwards(info, forwards.size(), last, 1 << 20)));
                  backwards.addAll(
                      revisions(
                          snapshot.streamBackwards(info, last - backwards.size(), 0, 1 << 20)));
                }
                return last;
              })
          .join();
      checkInOrder(forwards, 0, 2699);
      checkInOrder(backwards.reversed(), 0, 2699);
    }
  }

  private static void checkInOrder(List<Long> revisions, long from, long to) {
    assertThat(revisions)
        .as("with -Dindex.seed=%d", SEED)
        .isEqualTo(LongStream.rangeClosed(from, to).boxed().toList());
  }

  /** Reads a stream both ways from anywhere, and finds at least what was acknowledged before. */
  private void check(EventLog log, int stream, long back) {
    long least = acknowledged.get(stream);
    log.read(
            snapshot -> {
              StreamInfo info = snapshot.stream("s-" + stream);
              long last = info.lastRevision();
              assertThat(last).as("with -Dindex.seed=%d", SEED).isGreaterThanOrEqualTo(least - 1);
              long from = Math.max(0, last - back);
              checkInOrder(
                  revisions(snapshot.streamForwards(info, from, last, 1 << 20)), from, last);
              checkInOrder(
                  revisions(snapshot.streamBackwards(info, last, from, 1 << 20)).reversed(),
                  from,
                  last);
              return last;
            })
        .join();
  }

  private static List<Long> revisions(List<LogEvent> events) {
    return events.stream().map(LogEvent::revision).toList();
  }

  private void checkReopened(Path data) {
    for (int generation : new int[] {7, EventLog.GENERATION}) {
      try (EventLog log = EventLog.open(data, false, Runnable::run, generation)) {
        for (int stream = 0; stream < STREAMS; stream++) {
          long last = acknowledged.get(stream) - 1;
          String name = "s-" + stream;
          assertThat(log.read(snapshot -> snapshot.stream(name).lastRevision()).join())
              .isEqualTo(last);
          check(log, stream, last);
        }
        appendMany(log, 50);
      }
    }
  }

  private void appendMany(EventLog log, int events) {
    Semaphore inFlight = new Semaphore(64);
    for (int i = 0; i < events; i++) {
      int stream = random.nextInt(STREAMS);
      inFlight.acquireUninterruptibly();
      var _ =
          log.append("s-" + stream, ExpectedRevision.ANY, List.of(event()))
              .thenAccept(
                  result -> {
                    assertThat(result).isInstanceOf(WriteResult.Written.class);
                    acknowledged.incrementAndGet(stream);
                  })
              .whenComplete((_, _) -> inFlight.release());
    }
    inFlight.acquireUninterruptibly(64);
  }

  private int append(Decisions decisions) throws SQLException {
    int stream = random.nextInt(STREAMS);
    decisions.append("s-" + stream, ExpectedRevision.ANY, List.of(event()));
    return stream;
  }

  private static NewEvent event() {
    return NewEvent.json("e", "{}");
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.getLong(1);
    }
  }
}
