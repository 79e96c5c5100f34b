package dev.foldline.embedded.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.foldline.embedded.log.WriteResult.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The writer of the log")
class WriterTest {
  private static final ByteString LARGE = ByteString.copyFrom(new byte[1 << 20]);

  @Test
  @DisplayName("goes on in a transaction of its own once a full disk has room again")
  void full_disk() throws SQLException {
    try (Database database = Database.open(null, false)) {
      Connection connection = database.writer();
      Inserts inserts = new Inserts(connection);
      inserts.stream(1, "a");
      inserts.commit();
      pragma(connection, "max_page_count = 30");

      assertThatThrownBy(() -> fill(inserts)).isInstanceOf(SQLException.class);
      inserts.rollback();
      assertThat(inserts.highestStreamId()).isEqualTo(1);

      pragma(connection, "max_page_count = 100000");
      inserts.stream(2, "b");
      inserts.rollback();
      assertThat(inserts.highestStreamId()).isEqualTo(1);
      inserts.stream(2, "b");
      inserts.commit();
      inserts.rollback();
      assertThat(inserts.highestStreamId()).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("answers all that it took, whatever happens to it")
  void ends() throws Exception {
    try (Database database = Database.open(null, false)) {
      Connection connection = database.writer();
      LogHead head =
          new LogHead(
              new Selects(connection), new Inserts(connection), 100, 4096, InstantSource.system());
      Writer writer = new Writer(head, _ -> {}, Runnable::run);

      List<CompletableFuture<WriteResult>> answers =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      writer.submit(
                          _ -> {
                            if (i == 20) {
                              throw new AssertionError("a bug");
                            }
                            return new WriteResult.StreamDeleted();
                          },
                          1,
                          TimeUnit.SECONDS.toNanos(10)))
              .toList();

      for (CompletableFuture<WriteResult> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS))
            .isIn(new WriteResult.StreamDeleted(), new WriteResult.Unavailable());
      }
      writer.close();
    }
  }

  @Test
  @DisplayName("tells of a write that failed, also when it is at the next one already")
  void late_failure() throws Exception {
    try (Database database = Database.open(null, false)) {
      Connection connection = database.writer();
      LogHead head =
          new LogHead(
              new Selects(connection), new Inserts(connection), 100, 4096, InstantSource.system());
      var answers = new LinkedBlockingQueue<Runnable>();
      Writer writer = new Writer(head, _ -> {}, answers::add);
      CompletableFuture<WriteResult> failed =
          writer.submit(
              _ -> {
                throw new IllegalStateException("a bug");
              },
              1,
              TimeUnit.SECONDS.toNanos(10));

      Runnable tell = requireNonNull(answers.poll(10, TimeUnit.SECONDS));
      writer.close();
      tell.run();

      assertThat(failed).isCompletedExceptionally();
    }
  }

  @Test
  @DisplayName("takes no more than fits into memory, and goes on once that is written")
  void bytes_waiting() throws Exception {
    var megabyte = new NewEvent(new UUID(0, 1), "e", false, LARGE, ByteString.EMPTY);
    try (EventLog log = EventLog.open(null, false, Runnable::run)) {
      for (int round = 0; round < 2; round++) {
        var busy = new CompletableFuture<Void>();
        var mayGoOn = new CompletableFuture<Void>();
        List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
        try (var _ =
            log.onCommit(
                _ -> {
                  busy.complete(null);
                  mayGoOn.orTimeout(30, TimeUnit.SECONDS).join();
                })) {
          answers.add(append(log, NewEvent.json("e", "{}")));
          busy.get(10, TimeUnit.SECONDS);
          for (int i = 0; i < 300; i++) {
            answers.add(append(log, megabyte));
          }
          assertThat(answers).filteredOn(CompletableFuture::isDone).hasSize(300 - 64);
          mayGoOn.complete(null);
          var written = new ArrayList<WriteResult>();
          for (var answer : answers) {
            written.add(answer.get(30, TimeUnit.SECONDS));
          }
          assertThat(written).filteredOn(Written.class::isInstance).hasSize(1 + 64);
        }
      }
    }
  }

  private static CompletableFuture<WriteResult> append(EventLog log, NewEvent event) {
    return log.append("s", ExpectedRevision.ANY, List.of(event), Duration.ofMinutes(1));
  }

  @Test
  @DisplayName("has ended when the log is closed, by a thread that is interrupted too")
  void interrupted_close() {
    EventLog log = EventLog.open(null, false, Runnable::run);
    Thread.currentThread().interrupt();
    log.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(log.append("s", ExpectedRevision.ANY, List.of(NewEvent.json("e", "{}"))))
        .isCompletedWithValue(new WriteResult.Unavailable());
  }

  private static void fill(Inserts inserts) throws SQLException {
    for (int i = 10; i < 10_000; i++) {
      inserts.stream(i, "x".repeat(500) + i);
    }
  }

  private static void pragma(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA " + setting);
    }
  }
}
