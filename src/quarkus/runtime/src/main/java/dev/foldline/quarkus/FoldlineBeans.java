package dev.foldline.quarkus;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.EventTypes;
import dev.foldline.eventstoredb.CommandContext;
import dev.foldline.eventstoredb.CommandHandler;
import dev.foldline.eventstoredb.CommandListener;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StreamFold;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.Views;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** The parts of Foldline as beans. */
class FoldlineBeans {

  @Produces
  @Singleton
  EventStore eventStore(FoldlineConfig config, StoreLocation location) {
    return new EventStore(location.connectionString(), config.eventstoredb().timeout());
  }

  void close(@Disposes EventStore store) {
    store.close();
  }

  @Produces
  @Singleton
  EventCodec eventCodec(@All List<EventTypes<?>> families) {
    return new EventCodec(families);
  }

  @Produces
  @Singleton
  StreamFold streamFold(EventStore store, EventCodec codec) {
    return new StreamFold(store, codec);
  }

  @Produces
  @Singleton
  ReadModels readModels(Redis redis, ObjectMapper json, FoldlineConfig config) {
    return new ReadModels(redis, json, config.redis().timeout());
  }

  @Produces
  @Singleton
  Views views(ReadModels models) {
    return new Views(models);
  }

  @Produces
  @Singleton
  CommandHandler commandHandler(
      EventStore store, EventCodec codec, FoldlineConfig config, MeterRegistry registry) {
    FoldlineConfig.Commands commands = config.commands();
    return new CommandHandler(
        store,
        codec,
        () -> CommandContext.NONE,
        commands.attempts(),
        commands.queue(),
        new Metrics(registry));
  }

  private static final class Metrics implements CommandListener {

    private final Counter appended;
    private final Counter conflicts;
    private final Counter retries;

    Metrics(MeterRegistry registry) {
      appended = registry.counter("foldline.events.appended");
      conflicts = registry.counter("foldline.conflicts");
      retries = registry.counter("foldline.retries");
    }

    @Override
    public void appended(int events) {
      appended.increment(events);
    }

    @Override
    public void conflict() {
      conflicts.increment();
    }

    @Override
    public void retry() {
      retries.increment();
    }
  }
}
