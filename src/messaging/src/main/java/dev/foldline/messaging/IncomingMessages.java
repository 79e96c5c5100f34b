package dev.foldline.messaging;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.commands.Cause;
import dev.foldline.eventstoredb.subscriptions.Delivery;
import io.smallrye.reactive.messaging.ce.CloudEventMetadata;
import io.smallrye.reactive.messaging.ce.impl.DefaultIncomingCloudEventMetadata;
import io.smallrye.reactive.messaging.providers.locals.ContextAwareMessage;
import io.smallrye.reactive.messaging.providers.locals.LocalContextMetadata;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Makes messages of deliveries, as a channel's attributes want them. */
final class IncomingMessages {

  private final boolean batch;
  private final boolean cloudEvents;
  private final Tracing tracing;

  IncomingMessages(EventStoreConnectorIncomingConfiguration settings) {
    this.batch = settings.getBatch();
    this.cloudEvents = settings.getCloudEvents();
    this.tracing = Tracing.of(settings.getTracingEnabled());
  }

  /** Called on the channel's context; the message gets a context of its own. */
  Message<?> message(
      List<Delivery> deliveries,
      Supplier<CompletionStage<Void>> ack,
      Function<Throwable, CompletionStage<Void>> nack) {
    if (batch) {
      List<Recorded<StoredEvent>> events = deliveries.stream().map(Delivery::event).toList();
      return Message.of(events, ContextAwareMessage.captureContextMetadata(), ack, nack);
    }
    Delivery delivery = deliveries.getFirst();
    List<Object> metadata = new ArrayList<>();
    metadata.add(new IncomingEvent(delivery.event(), delivery.retries(), delivery.attempts()));
    if (cloudEvents) {
      metadata.add(cloudEvent(delivery.event()));
    }
    Metadata captured = ContextAwareMessage.captureContextMetadata(metadata);
    captured
        .get(LocalContextMetadata.class)
        .ifPresent(own -> Cause.put(own.context(), delivery.event()));
    return tracing.follow(Message.of(delivery.event(), captured, ack, nack), delivery.event());
  }

  private static DefaultIncomingCloudEventMetadata<Recorded<StoredEvent>> cloudEvent(
      Recorded<StoredEvent> event) {
    StoredEvent stored = event.event();
    return new DefaultIncomingCloudEventMetadata<>(
        CloudEventMetadata.CE_VERSION_1_0,
        stored.id().toString(),
        URI.create("/streams/" + encode(event.stream())),
        stored.type(),
        "application/json",
        null,
        event.stream(),
        event.time().atZone(ZoneOffset.UTC),
        event.position() < 0
            ? Map.of("revision", event.revision())
            : Map.of("revision", event.revision(), "position", event.position()),
        event);
  }

  private static String encode(String stream) {
    return URLEncoder.encode(stream, StandardCharsets.UTF_8);
  }
}
