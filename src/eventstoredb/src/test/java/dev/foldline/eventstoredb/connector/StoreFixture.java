package dev.foldline.eventstoredb.connector;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store of the test's own. */
abstract class StoreFixture {

  static final Duration LIMIT = Duration.ofSeconds(20);

  TestStore server;

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }
}
