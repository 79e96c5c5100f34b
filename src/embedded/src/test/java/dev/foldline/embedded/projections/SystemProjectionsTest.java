package dev.foldline.embedded.projections;

import static org.awaitility.Awaitility.await;

import dev.foldline.embedded.LoggedWarnings;
import dev.foldline.embedded.log.EventLog;
import dev.foldline.embedded.log.ExpectedRevision;
import dev.foldline.embedded.log.NewEvent;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("8 System projections")
class SystemProjectionsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  @DisplayName("8 a log that can't be read at first is waited for")
  void waits_for_the_log(@TempDir Path data) throws Exception {
    try (EventLog log = EventLog.open(data, false, Runnable::run);
        LoggedWarnings warnings = new LoggedWarnings()) {
      log.append("s-1", ExpectedRevision.ANY, List.of(NewEvent.json("e", "{}"))).join();
      execute(data, "ALTER TABLE events RENAME TO elsewhere");
      SystemProjections projections = new SystemProjections(log);
      await().atMost(LIMIT).until(() -> !warnings.messages().isEmpty());
      execute(data, "ALTER TABLE elsewhere RENAME TO events");
      await()
          .atMost(LIMIT)
          .until(() -> log.read(snapshot -> snapshot.stream("$ce-s").exists()).join());
      projections.close();
    }
  }

  private static void execute(Path data, String sql) throws SQLException {
    try (var file = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("events.db"));
        var statement = file.createStatement()) {
      statement.execute(sql);
    }
  }
}
