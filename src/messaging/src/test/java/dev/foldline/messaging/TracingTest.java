package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.n;
import static dev.foldline.eventstoredb.subscriptions.TestStore.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.subscriptions.TestStore;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces that go on through events, as an exporter sees them. */
class TracingTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private TestStore server;
  private OpenTelemetrySdk telemetry;

  @BeforeEach
  void start(@TempDir Path data) {
    server = new TestStore(data);
    GlobalOpenTelemetry.resetForTest();
    telemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .buildAndRegisterGlobal();
  }

  @AfterEach
  void stop() {
    server.close();
    telemetry.close();
    GlobalOpenTelemetry.resetForTest();
  }

  @ApplicationScoped
  static class Doubling {
    @Incoming("numbers")
    @Outgoing("doubled")
    int doubled(Integer number) {
      if (number < 0) {
        throw new IllegalArgumentException("too small");
      }
      return 2 * number;
    }
  }

  private Application doubling(String... more) {
    Map<String, String> properties =
        new HashMap<>(
            Map.of(
                "in.numbers.category",
                n,
                "out.doubled.append-to",
                own("doubled"),
                "out.doubled.event-type",
                "doubled"));
    for (int i = 0; i < more.length; i += 2) {
      properties.put(more[i], more[i + 1]);
    }
    return new Application(server, properties, Doubling.class);
  }

  private void append(String number) {
    String metadata = "{\"traceparent\":\"00-" + TRACE + "-" + PARENT + "-01\"}";
    StoredEvent event =
        new StoredEvent(
            UUID.randomUUID(),
            "counted",
            number.getBytes(StandardCharsets.UTF_8),
            metadata.getBytes(StandardCharsets.UTF_8));
    server.store().append(n + "-1", List.of(event)).await().atMost(LIMIT);
  }

  private SpanData ended(SpanKind kind) {
    await().atMost(LIMIT).until(() -> spans(kind).size() == 1);
    return spans(kind).getFirst();
  }

  /** The connector's; the official client has spans of its own. */
  private List<SpanData> spans(SpanKind kind) {
    return exporter.getFinishedSpanItems().stream()
        .filter(
            span ->
                span.getKind() == kind
                    && span.getInstrumentationScopeInfo()
                        .getName()
                        .equals(EventStoreConnector.NAME))
        .toList();
  }

  private Recorded<StoredEvent> doubled() {
    await().atMost(LIMIT).until(() -> !read().isEmpty());
    return read().getFirst();
  }

  private List<Recorded<StoredEvent>> read() {
    return server.store().remaining(own("doubled"), 0, 10).await().atMost(LIMIT);
  }

  @Test
  void a_trace_goes_on_from_an_event_to_what_is_appended_for_it() {
    append("3");
    try (var _ = doubling()) {
      SpanData process = ended(SpanKind.CONSUMER);
      assertThat(process.getName()).isEqualTo("process counted");
      assertThat(process.getTraceId()).isEqualTo(TRACE);
      assertThat(process.getParentSpanId()).isEqualTo(PARENT);
      assertThat(process.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);

      SpanData publish = ended(SpanKind.PRODUCER);
      assertThat(publish.getName()).isEqualTo("publish doubled");
      assertThat(publish.getTraceId()).isEqualTo(TRACE);
      assertThat(publish.getParentSpanId()).isEqualTo(process.getSpanId());
      assertThat(doubled().metadata())
          .containsEntry("traceparent", "00-" + TRACE + "-" + publish.getSpanId() + "-01");
    }
  }

  @Test
  void a_span_tells_what_went_wrong() {
    append("-3");
    try (var _ = doubling()) {
      SpanData process = ended(SpanKind.CONSUMER);
      assertThat(process.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(process.getEvents()).isNotEmpty();
    }
  }

  @Test
  void an_event_without_a_trace_begins_one() {
    server.append(n + "-1", 3, 1);
    try (var _ = doubling()) {
      SpanData process = ended(SpanKind.CONSUMER);
      assertThat(process.getParentSpanContext().isValid()).isFalse();
      assertThat(ended(SpanKind.PRODUCER).getTraceId()).isEqualTo(process.getTraceId());
    }
  }

  @Test
  void turned_off_there_are_no_spans() {
    append("3");
    try (var _ =
        doubling("in.numbers.tracing-enabled", "false", "out.doubled.tracing-enabled", "false")) {
      assertThat(doubled().metadata()).doesNotContainKey("traceparent");
      assertThat(spans(SpanKind.CONSUMER)).isEmpty();
      assertThat(spans(SpanKind.PRODUCER)).isEmpty();
    }
  }
}
