package dev.foldline.quarkus;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.core.Snapshots;
import dev.foldline.core.Streams;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.RequestMacs;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.eventstoredb.commands.CommandListener;
import dev.foldline.eventstoredb.commands.CommandOptions;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.StoreAddress;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.eventstoredb.events.StreamFold;
import dev.foldline.quarkus.FoldlineConfig.Idempotency;
import dev.foldline.reactions.StoreClock;
import dev.foldline.readmodels.KnownDiscards;
import dev.foldline.redis.ReadModels;
import dev.foldline.redis.RedisSnapshots;
import dev.foldline.redis.Views;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.mutiny.redis.client.Redis;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The parts of Foldline as beans. */
class FoldlineBeans {

  @Produces
  @Singleton
  Namespace namespace(FoldlineConfig config) {
    try {
      return new Namespace(config.namespace());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "foldline.namespace, which is quarkus.application.name if it is not set: "
              + e.getMessage());
    }
  }

  @Produces
  @Singleton
  EventStore eventStore(
      FoldlineConfig config, StoreLocation location, Vertx vertx, Registrar registrar) {
    return new EventStore(
        new StoreAddress(location.connectionString(), config.eventstoredb().passwordFile()),
        config.eventstoredb().timeout(),
        vertx,
        registrar::register);
  }

  void close(@Disposes EventStore store) {
    store.close();
  }

  @Produces
  @Singleton
  StoreClock storeClock(EventStore store, Namespace namespace) {
    return new StoreClock(store, namespace);
  }

  @Produces
  @Singleton
  EventCodec eventCodec(Constants constants) {
    return new EventCodec(constants.categories());
  }

  @Produces
  @Singleton
  RequestMacs requestMacs(FoldlineConfig config, LaunchMode mode) {
    Optional<List<String>> keys = config.idempotency().keys();
    if (keys.isEmpty() && mode == LaunchMode.NORMAL) {
      throw new ConfigurationException(
          "foldline.idempotency.keys is not set: give all instances the same secret as id:base64,"
              + " such as first:$(openssl rand -base64 32); it hides what was asked under"
              + " idempotency keys from those who read events");
    }
    try {
      return new RequestMacs(keys.orElse(List.of(Idempotency.KEY_OF_DEVELOPMENT)));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("foldline.idempotency.keys: " + e.getMessage());
    }
  }

  @Produces
  @Singleton
  StreamFold streamFold(
      Streams streams,
      EventCodec codec,
      EventStore store,
      Namespace namespace,
      FoldlineConfig config) {
    return new StreamFold(
        streams, codec, new KnownDiscards(store, namespace), config.queries().timeout());
  }

  @Produces
  @Singleton
  ReadModels readModels(
      Redis redis, ObjectMapper json, FoldlineConfig config, Namespace namespace) {
    return new ReadModels(redis, json, config.redis().timeout(), namespace);
  }

  @Produces
  @Singleton
  Views views(ReadModels models) {
    return new Views(models);
  }

  @Produces
  @Singleton
  @DefaultBean
  Streams streams(EventStore store) {
    return store.streams();
  }

  @Produces
  @Singleton
  @DefaultBean
  Snapshots snapshots(ReadModels models, FoldlineConfig config) {
    return new RedisSnapshots(models, config.snapshots().keep());
  }

  @Produces
  @Singleton
  CommandHandler commandHandler(
      Streams streams,
      EventCodec codec,
      Snapshots snapshots,
      Supplier<CommandContext> context,
      FoldlineConfig config,
      MeterRegistry registry,
      Instance<OpenTelemetry> telemetry,
      @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "true") boolean untraced) {
    FoldlineConfig.Commands commands = config.commands();
    CommandOptions options =
        new CommandOptions(
            commands.attempts(),
            commands.inFlight(),
            commands.queue(),
            commands.batch(),
            commands.cachedStreams(),
            commands.rememberedKeys(),
            commands.keysRememberedFor(),
            config.snapshots().every(),
            config.snapshots().except().orElse(Set.of()));
    Optional<CommandSpans> spans =
        untraced || telemetry.isUnsatisfied()
            ? Optional.empty()
            : Optional.of(new CommandSpans(telemetry.get()));
    return new CommandHandler(
        streams, codec, snapshots, context, options, new Listener(registry, spans));
  }

  private static final class Listener implements CommandListener {

    private final Optional<CommandSpans> spans;

    private final Counter appended;
    private final Counter conflicts;
    private final Counter retries;
    private final Counter unknownOutcomes;
    private final Counter discarded;
    private final Counter snapshotsIgnored;
    private final Counter snapshotsAway;

    Listener(MeterRegistry registry, Optional<CommandSpans> spans) {
      this.spans = spans;
      appended = registry.counter("foldline.events.appended");
      conflicts = registry.counter("foldline.conflicts");
      retries = registry.counter("foldline.retries");
      unknownOutcomes = registry.counter("foldline.appends.unknown");
      discarded = registry.counter("foldline.states.discarded");
      snapshotsIgnored = registry.counter("foldline.snapshots.ignored");
      snapshotsAway = registry.counter("foldline.snapshots.away");
    }

    @Override
    public Begun began(Step step, String stream, Collection<CommandContext> commands) {
      return spans.map(traced -> traced.began(step, stream, commands)).orElse(Begun.UNHEARD);
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

    @Override
    public void unknownOutcome() {
      unknownOutcomes.increment();
    }

    @Override
    public void discarded() {
      discarded.increment();
    }

    @Override
    public void snapshotIgnored() {
      snapshotsIgnored.increment();
    }

    @Override
    public void snapshotsAway() {
      snapshotsAway.increment();
    }
  }
}
