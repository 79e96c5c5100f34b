package dev.foldline.messaging;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.events.TraceMetadata;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.smallrye.reactive.messaging.TracingMetadata;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/** Traces that go on through events: their metadata name them, as W3C's traceparent does. */
enum Tracing {
  ON,
  OFF;

  static Tracing of(boolean enabled) {
    return enabled ? ON : OFF;
  }

  /** The message in a span of its own, below the event's, which ends when it is settled. */
  <T> Message<T> follow(Message<T> message, Recorded<StoredEvent> event) {
    if (this == OFF) {
      return message;
    }
    Context parent = propagator().extract(Context.root(), event.metadata(), TraceMetadata.GETTER);
    Context mine =
        begin(
            SpanKind.CONSUMER,
            "process",
            parent,
            event.stream(),
            event.event().type(),
            event.eventId());
    return message
        .addMetadata(TracingMetadata.with(mine, parent))
        .withAckWithMetadata(metadata -> message.ack(metadata).thenRun(() -> end(mine, null)))
        .withNackWithMetadata(
            (reason, metadata) -> message.nack(reason, metadata).thenRun(() -> end(mine, reason)));
  }

  /**
   * Begins the span of an append, below its message's, and names it in the event's metadata.
   *
   * @return to be ended with the append
   */
  Context lead(
      Message<?> message, String stream, String type, UUID id, Map<String, Object> metadata) {
    Context parent =
        TracingMetadata.fromMessage(message)
            .map(TracingMetadata::getCurrentContext)
            .orElseGet(Context::current);
    if (this == OFF) {
      return parent;
    }
    Context mine = begin(SpanKind.PRODUCER, "publish", parent, stream, type, id);
    propagator().inject(mine, metadata, (_, key, value) -> metadata.put(key, value));
    return mine;
  }

  /** Ends the span that was begun. */
  void end(Context begun, @Nullable Throwable failure) {
    if (this == OFF) {
      return;
    }
    Span span = Span.fromContext(begun);
    if (failure != null) {
      span.recordException(failure);
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  private static Context begin(
      SpanKind kind, String operation, Context parent, String stream, String type, UUID id) {
    return parent.with(
        GlobalOpenTelemetry.getTracer(EventStoreConnector.NAME)
            .spanBuilder(operation + " " + type)
            .setParent(parent)
            .setSpanKind(kind)
            .setAttribute("messaging.system", "eventstoredb")
            .setAttribute("messaging.operation.name", operation)
            .setAttribute("messaging.destination.name", stream)
            .setAttribute("messaging.message.id", id.toString())
            .startSpan());
  }

  private static TextMapPropagator propagator() {
    return GlobalOpenTelemetry.getPropagators().getTextMapPropagator();
  }
}
