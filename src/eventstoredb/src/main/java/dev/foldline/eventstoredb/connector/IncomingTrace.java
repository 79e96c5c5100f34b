package dev.foldline.eventstoredb.connector;

import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.StoredEvent;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.smallrye.reactive.messaging.TracingMetadata;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/** Goes on with the trace that an event's metadata names, as W3C's traceparent does in headers. */
enum IncomingTrace {
  ON,
  OFF;

  private static final TextMapGetter<Map<String, Object>> METADATA =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, Object> metadata) {
          return metadata.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, Object> metadata, String key) {
          return metadata == null ? null : Objects.toString(metadata.get(key), null);
        }
      };

  /** The message in a span of its own, which ends when the message is settled. */
  <T> Message<T> follow(Message<T> message, Recorded<StoredEvent> event) {
    if (this == OFF) {
      return message;
    }
    Context parent =
        GlobalOpenTelemetry.getPropagators()
            .getTextMapPropagator()
            .extract(Context.root(), event.metadata(), METADATA);
    Span span =
        GlobalOpenTelemetry.getTracer(EventStoreConnector.NAME)
            .spanBuilder("process " + event.event().type())
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("messaging.system", "eventstoredb")
            .setAttribute("messaging.destination.name", event.stream())
            .setAttribute("messaging.message.id", event.event().id().toString())
            .startSpan();
    return message
        .addMetadata(TracingMetadata.with(parent.with(span), parent))
        .withAckWithMetadata(metadata -> message.ack(metadata).thenRun(span::end))
        .withNackWithMetadata(
            (reason, metadata) -> {
              span.recordException(reason);
              span.setStatus(StatusCode.ERROR);
              return message.nack(reason, metadata).thenRun(span::end);
            });
  }
}
