package dev.foldline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("The data directory and the command line")
class DataDirectoryTest {
  private final Path data;

  DataDirectoryTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  @DisplayName("3.1 everything is there after a restart, and positions go on growing")
  void restart() {
    long before;
    try (var store = EmbeddedEventStore.builder().data(data).projections(false).start();
        Wire wire = new Wire(store)) {
      before = wire.position("kept", "e0#a", "e1#b");
      wire.metadata("kept", "{\"$maxCount\":1}");
    }
    try (var store = EmbeddedEventStore.builder().data(data).projections(false).start();
        Wire wire = new Wire(store)) {
      assertThat(wire.read("kept")).containsExactly("1@kept e1");
      assertThat(wire.position("other", "e0")).isGreaterThan(before);
      assertThat(wire.read("kept", Wire.at(0))).hasSize(1);
    }
  }

  @Test
  @DisplayName("2.5, 9.2 a repetition is recognised after a restart")
  void idempotency_over_restart() {
    Wire ids;
    try (var store = EmbeddedEventStore.builder().data(data).projections(false).start()) {
      ids = new Wire(store);
      ids.append("again", "any", "e0#a");
      ids.close();
    }
    try (var store = EmbeddedEventStore.builder().data(data).projections(false).start();
        Wire wire = new Wire(store)) {
      var event = wire.event("e0").toBuilder().setId(Wire.structured(ids.id("a"))).build();
      assertThat(Wire.appended(wire.appending("again", "any", List.of(event)))).isEqualTo("ok 0");
      assertThat(wire.read("again")).hasSize(1);
    }
  }

  @Test
  @DisplayName("a directory in use is refused, and free again after the close")
  void in_use() {
    var options = EmbeddedEventStore.builder().data(data).projections(false);
    try (var _ = options.start()) {
      assertThatThrownBy(options::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in use");
      assertThatThrownBy(() -> KillableStore.start(data, 1000, false))
          .as("another process, behind a refusal in this one")
          .isInstanceOf(IOException.class);
    }
    options.start().close();
  }

  @Test
  @Timeout(60)
  @DisplayName("a close that is held up goes on without its caller")
  void held_up_close() {
    var options = EmbeddedEventStore.builder().data(data).projections(false);
    var store = EmbeddedEventStore.builder().data(data).closeTimeout(Duration.ofMillis(1)).start();
    synchronized (store) { // All parts are closed under this.
      store.close();
      assertThatThrownBy(options::start).hasMessageContaining("in use");
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreException(IllegalStateException.class)
        .untilAsserted(() -> options.start().close());
  }

  @Test
  @DisplayName("a thread that is interrupted closes all of the store too, and stays interrupted")
  void interrupted_close() {
    var options = EmbeddedEventStore.builder().data(data);
    try (var warnings = new LoggedWarnings()) {
      var store = options.start();
      Thread.currentThread().interrupt();
      store.close();
      assertThat(Thread.interrupted()).isTrue();
      options.start().close();
      assertThat(warnings.messages()).isEmpty();
    }
  }

  @Test
  @DisplayName("a store that can't start leaves its directory free")
  void failed_start() {
    var options = EmbeddedEventStore.builder().data(data).projections(false);
    String group =
        """
        {"version": 1, "updated": "", "entries": [{
          "key": {"stream": "$all", "group": "broken"},
          "filter": {"target": "STREAM", "regex": "(", "prefixes": []},
          "start": {"commit": 0, "prepare": 0, "after": 0},
          "settings": {"strategy": "ROUND_ROBIN"}}]}
        """;
    try (var store = options.start();
        Wire wire = new Wire(store)) {
      var config = wire.event("$PersistentConfig", group, "application/json");
      wire.appending("$persistentSubscriptionConfig", "any", List.of(config));
    }
    assertThatThrownBy(options::start).hasMessageContaining("regular expression");
    assertThatThrownBy(options::start).hasMessageContaining("regular expression");
  }

  @Test
  @DisplayName("a directory of another version's is refused")
  void other_version() throws SQLException {
    var options = EmbeddedEventStore.builder().data(data).projections(false);
    options.start().close();
    try (var file = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("events.db"));
        var statement = file.createStatement()) {
      statement.execute("PRAGMA user_version = 1");
    }
    assertThatThrownBy(options::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("version 1");
  }

  @Test
  @DisplayName("a store in memory leaves nothing behind")
  void memory() {
    try (var store = EmbeddedEventStore.builder().start();
        Wire wire = new Wire(store)) {
      wire.append("gone", "any", "e0");
    }
    try (var store = EmbeddedEventStore.builder().start();
        Wire wire = new Wire(store)) {
      assertThat(wire.read("gone")).containsExactly("not found");
    }
  }

  @Test
  @DisplayName("the command line refuses what makes no sense")
  void command_line() {
    assertThat(new CommandLine(new Main()).execute()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(new CommandLine(new Main()).execute("--memory", "--data", data.toString()))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(new CommandLine(new Main()).execute("--memory", "--tls-cert", "x"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(new CommandLine(new Main()).execute("--help")).isEqualTo(CommandLine.ExitCode.OK);
    try (var _ = EmbeddedEventStore.builder().data(data).start()) {
      assertThat(new CommandLine(new Main()).execute("--port", "0", "--data", data.toString()))
          .isEqualTo(1);
    }
  }
}
