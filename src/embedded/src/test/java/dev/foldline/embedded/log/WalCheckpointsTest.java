package dev.foldline.embedded.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The write-ahead log")
class WalCheckpointsTest {

  private static final ByteString LARGE = ByteString.copyFrom(new byte[100_000]);
  private static final int IN_FLIGHT = 20;

  /** Of appends: 100 MB. */
  private static final int ROUND = 1_000;

  private static final int MOST_ROUNDS = 10;

  @TempDir Path data;

  @Test
  @DisplayName("begins at its front again while more is written all the time")
  void front_again() throws Exception {
    try (EventLog log = EventLog.open(data, false, Runnable::run)) {
      long written = 0;
      for (int round = 0; round < MOST_ROUNDS && size() >= written / 2; round++) {
        append(log);
        written += (long) ROUND * LARGE.size();
      }

      assertThat(size()).as("of %d bytes that were written", written).isLessThan(written / 2);
    }
  }

  private long size() throws IOException {
    return Files.size(data.resolve("events.db-wal"));
  }

  private static void append(EventLog log) throws Exception {
    Deque<CompletableFuture<WriteResult>> open = new ArrayDeque<>();
    for (int i = 0; i < ROUND; i++) {
      NewEvent event = new NewEvent(UUID.randomUUID(), "large", false, LARGE, ByteString.EMPTY);
      open.add(log.append("s-" + i % 7, ExpectedRevision.ANY, List.of(event)));
      if (open.size() >= IN_FLIGHT) {
        open.remove().get(10, TimeUnit.SECONDS);
      }
    }
    for (CompletableFuture<WriteResult> last : open) {
      last.get(10, TimeUnit.SECONDS);
    }
  }
}
