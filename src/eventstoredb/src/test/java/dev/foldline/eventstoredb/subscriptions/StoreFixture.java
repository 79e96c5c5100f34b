package dev.foldline.eventstoredb.subscriptions;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store of the test's own. */
public abstract class StoreFixture {

  public static final Duration LIMIT = Duration.ofSeconds(20);

  public TestStore server;

  @BeforeEach
  public void start(@TempDir Path data) {
    server = new TestStore(data);
  }

  @AfterEach
  public void stop() {
    server.close();
  }
}
