package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Refused;
import dev.foldline.core.Snapshots;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.Faults.Fault;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Redis is as it was; callers repeat their keyed commands, as they should. */
@DisplayName("A store that was restored from a backup")
class RestoredStreamsTest {

  private static final CommandOptions COLD = HandlerOptions.coldWithSnapshots(2);

  private final Instance.Memory redis = new Instance.Memory();
  private final String id = UUID.randomUUID().toString();
  private final String stream = "counter-" + id;

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  private static Instance instance(EventStore store, Snapshots snapshots) {
    return new Instance(store.streams(), snapshots, COLD, _ -> Fault.NONE);
  }

  /** What is said of streams, until it is closed. */
  private static final class Log extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger(StreamLoader.class.getName());
    private final List<String> said = new CopyOnWriteArrayList<>();

    Log() {
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
      said.add(entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  @Test
  void has_no_snapshot_that_is_of_the_one_before() {
    EventStoreServer.mustBeOwn("has two event stores");
    try (Log log = new Log();
        EventStoreServer before = EventStoreServer.start();
        EventStoreServer restored = EventStoreServer.start();
        EventStore one = new EventStore(before.connectionString(), Duration.ofSeconds(5));
        EventStore two = new EventStore(restored.connectionString(), Duration.ofSeconds(5))) {
      get(instance(one, redis).handle(id, new Add(100)));
      get(instance(one, redis).handle("k", id, new Add(1)));
      await().until(() -> redis.kept.containsKey(stream));

      get(instance(two, Snapshots.NONE).handle("other-" + id, new Add(7)));
      get(instance(two, Snapshots.NONE).handle(id, new Add(2)));
      get(instance(two, Snapshots.NONE).handle("k", id, new Add(1)));
      assertThat(get(two.remaining(stream, 1, 1)).getFirst().eventId())
          .isEqualTo(get(one.remaining(stream, 1, 1)).getFirst().eventId());

      Instance cold = instance(two, redis);
      assertThatThrownBy(() -> get(cold.handle(id, new Take(101)))).isInstanceOf(Refused.class);
      assertThat(get(cold.handle(id, new Take(3))).revision()).isEqualTo(2);
      assertThat(cold.heard.discarded.get()).isPositive();
      assertThat(log.said).anySatisfy(line -> assertThat(line).contains(stream, "folded anew"));
    }
  }
}
