package dev.foldline.messaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.foldline.core.Appended;
import dev.foldline.core.Causation;
import dev.foldline.core.NamedId;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.connection.SureAppends;
import dev.foldline.eventstoredb.events.Json;
import dev.foldline.eventstoredb.subscriptions.Patience;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.smallrye.reactive.messaging.ce.OutgoingCloudEventMetadata;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.providers.helpers.MultiUtils;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * A channel that appends: many streams at once, the messages of one stream one after the other.
 *
 * <p>What follows from an event of an incoming channel says so, unless its metadata say otherwise.
 * What the store does not answer is looked for, and sent again if it is not there. Where a message
 * ended, an {@link Appended}, is the result on its {@link OutgoingMessageMetadata}; the message is
 * acknowledged then, and nacked if it was not appended.
 */
final class OutgoingChannel {

  private static final OptionalLong FROM_THE_FIRST = OptionalLong.of(-1);

  private final String name;
  private final boolean healthEnabled;
  private final boolean cloudEvents;
  private final @Nullable String appendTo;
  private final @Nullable String eventType;
  private final int maxInflight;
  private final Duration stopTimeout;
  private final SureAppends appends;
  private final Tracing tracing;

  /** How many messages each delivery led to, by where they go: weak keys go by identity. */
  private final Cache<IncomingEvent, Map<String, Integer>> ledTo =
      Caffeine.newBuilder().weakKeys().build();

  private final Map<String, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();
  private final AtomicInteger inHand = new AtomicInteger();
  private volatile @Nullable Throwable failure;
  private volatile boolean stopped;

  OutgoingChannel(EventStoreConnectorOutgoingConfiguration settings, EventStore store) {
    this.name = settings.getChannel();
    this.healthEnabled = settings.getHealthEnabled();
    this.cloudEvents = settings.getCloudEvents();
    this.appendTo = settings.getAppendTo().orElse(null);
    this.eventType = settings.getEventType().orElse(null);
    this.maxInflight = settings.getMaxInflightMessages();
    this.stopTimeout = Duration.ofMillis(settings.getStopTimeout());
    this.appends = new SureAppends(store, Duration.ofMillis(settings.getDeliveryTimeout()));
    this.tracing = Tracing.of(settings.getTracingEnabled());
  }

  Flow.Subscriber<Message<?>> subscriber() {
    return MultiUtils.via(
        (Multi<Message<?>> messages) ->
            messages
                .onItem()
                .transformToUni(this::take)
                .merge(maxInflight)
                .onFailure()
                .invoke(cause -> failure = cause));
  }

  void reportLiveness(HealthReport.HealthReportBuilder report) {
    if (healthEnabled) {
      Throwable ended = failure;
      report.add(name, ended == null, ended == null ? "" : "ended: " + ended);
    }
  }

  /** Takes no more messages, and completes when those in hand are settled, or time is over. */
  Uni<Void> stop() {
    stopped = true;
    return Patience.until(() -> inHand.get() == 0, stopTimeout);
  }

  private Uni<Message<?>> take(Message<?> message) {
    return Uni.createFrom()
        .deferred(
            () -> {
              inHand.incrementAndGet();
              return stopped
                  ? settle(message, new IllegalStateException(name + " is stopped"))
                  : append(message);
            })
        .onTermination()
        .invoke(inHand::decrementAndGet);
  }

  private Uni<Message<?>> append(Message<?> message) {
    try {
      Addressed event = addressed(message);
      Map<String, Object> metadata = new HashMap<>();
      message
          .getMetadata(IncomingEvent.class)
          .ifPresent(cause -> metadata.putAll(Causation.of(cause.recorded())));
      metadata.putAll(event.metadata());
      byte[] data = bytes(message.getPayload());
      Context trace = tracing.lead(message, event.stream(), event.type(), event.id(), metadata);
      StoredEvent stored =
          new StoredEvent(
              event.id(), event.type(), data, metadata.isEmpty() ? new byte[0] : bytes(metadata));
      Uni<Appended> append =
          appends.append(event.stream(), event.expected(), stored, event.since(), event.repeated());
      return afterThoseBefore(event.stream(), append)
          .invoke(appended -> OutgoingMessageMetadata.setResultOnMessage(message, appended))
          .onItemOrFailure()
          .invoke((_, failure) -> tracing.end(trace, failure))
          .onItemOrFailure()
          .transformToUni((_, failure) -> settle(message, failure));
    } catch (RuntimeException e) {
      return settle(message, e);
    }
  }

  private static Uni<Message<?>> settle(Message<?> message, @Nullable Throwable failed) {
    return Uni.createFrom()
        .completionStage(failed == null ? message.ack() : message.nack(failed))
        .replaceWith(message);
  }

  /** Starts an append of a stream when the one before it has ended, however it did. */
  private Uni<Appended> afterThoseBefore(String stream, Uni<Appended> append) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    @Nullable CompletableFuture<Void> before = tails.put(stream, ended);
    Uni<Appended> inTurn =
        before == null ? append : Uni.createFrom().completionStage(before).chain(() -> append);
    return inTurn
        .onTermination()
        .invoke(
            () -> {
              tails.remove(stream, ended);
              ended.complete(null);
            });
  }

  /**
   * Where and as what a message is to be stored.
   *
   * @param since the position behind which it is stored, if it is already; empty where it is new
   * @param repeated whether it was surely sent before
   */
  private record Addressed(
      String stream,
      String type,
      OptionalLong expected,
      UUID id,
      Map<String, Object> metadata,
      OptionalLong since,
      boolean repeated) {}

  private Addressed addressed(Message<?> message) {
    OutgoingEvent given =
        message
            .getMetadata(OutgoingEvent.class)
            .orElseGet(() -> new OutgoingEvent(null, null, OptionalLong.empty(), null, Map.of()));
    @Nullable OutgoingCloudEventMetadata<?> cloudEvent =
        cloudEvents ? message.getMetadata(OutgoingCloudEventMetadata.class).orElse(null) : null;
    String stream = first("append-to", given.stream(), appendTo);
    String type =
        first(
            "event-type",
            given.type() == null && cloudEvent != null ? cloudEvent.getType() : given.type(),
            eventType);
    if (type.startsWith(StoredEvent.RESERVED)) {
      throw new IllegalArgumentException(
          name + ": the type '" + type + "' is reserved for Foldline's own events");
    }
    OptionalLong expected = given.expected();
    Map<String, Object> metadata = given.metadata();
    @Nullable UUID id = given.id() == null ? id(cloudEvent) : given.id();
    if (id != null) {
      return new Addressed(stream, type, expected, id, metadata, FROM_THE_FIRST, false);
    }
    return message
        .getMetadata(IncomingEvent.class)
        .map(
            cause ->
                new Addressed(
                    stream,
                    type,
                    expected,
                    id(cause, stream, type),
                    metadata,
                    OptionalLong.of(cause.recorded().position()),
                    cause.isRepeated()))
        .orElseGet(
            () ->
                new Addressed(
                    stream,
                    type,
                    expected,
                    UUID.randomUUID(),
                    metadata,
                    OptionalLong.empty(),
                    false));
  }

  /** The same whenever the cause is handled anew: made of it, and of the message's place. */
  private UUID id(IncomingEvent cause, String stream, String type) {
    String address = String.join("\n", name, stream, type);
    int place = ledTo.get(cause, _ -> new ConcurrentHashMap<>()).merge(address, 1, Integer::sum);
    return NamedId.of(cause.recorded().eventId().toString(), address, Integer.toString(place));
  }

  /** That of the CloudEvent, or one made of it if it is no UUID, so that a repeat has the same. */
  private static @Nullable UUID id(@Nullable OutgoingCloudEventMetadata<?> cloudEvent) {
    if (cloudEvent == null || cloudEvent.getId() == null) {
      return null;
    }
    try {
      return UUID.fromString(cloudEvent.getId());
    } catch (IllegalArgumentException _) {
      return NamedId.of(String.valueOf(cloudEvent.getSource()), cloudEvent.getId());
    }
  }

  private String first(String attribute, @Nullable String given, @Nullable String configured) {
    @Nullable String said = given == null ? configured : given;
    if (said != null && !said.isEmpty()) {
      return said;
    }
    throw new IllegalArgumentException(
        name + ": no OutgoingEvent on the message says it, nor does the attribute " + attribute);
  }

  private static byte[] bytes(Object payload) {
    return switch (payload) {
      case byte[] bytes -> bytes;
      case Buffer buffer -> buffer.getBytes();
      case String json -> json.getBytes(StandardCharsets.UTF_8);
      default -> {
        try {
          yield Json.MAPPER.writeValueAsBytes(payload);
        } catch (JsonProcessingException e) {
          throw new IllegalArgumentException("the payload can't be written as JSON", e);
        }
      }
    };
  }
}
