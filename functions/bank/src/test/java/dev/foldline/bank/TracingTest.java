package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(TracingTest.Traced.class)
@DisplayName("The trace of a command")
class TracingTest {

  /** Tracing is on, and everything is exported at once. */
  public static class Traced implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.otel.sdk.disabled", "false", "quarkus.otel.simple", "true");
    }
  }

  /** Keeps spans for the test. */
  @Singleton
  static class Spans implements SpanExporter {
    private final List<SpanData> all = new CopyOnWriteArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      all.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Inject Spans spans;

  @Test
  void goes_from_the_call_to_the_append() {
    String account = UUID.randomUUID().toString();
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    BankClient bank = new BankClient(base);
    bank.send(
        BankClient.posting(
                bank.request("open-account")
                    .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"),
                "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(account))
            .build());

    SpanData call = span(trace, "POST /open-account");
    for (String step : List.of("load", "decide", "append")) {
      SpanData span = span(trace, step + " account");
      assertThat(span.getParentSpanId()).isEqualTo(call.getSpanId());
    }
  }

  @Test
  void of_a_batch_is_linked_from_the_append_of_all() {
    String account = UUID.randomUUID().toString();
    BankClient bank = new BankClient(base);
    bank.open(account);

    SpanData append =
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> {
                  depositAtOnce(bank, account);
                  return spans.all.stream()
                      .filter(span -> span.getName().equals("append account"))
                      .filter(span -> !span.getLinks().isEmpty())
                      .findFirst();
                },
                Optional::isPresent)
            .orElseThrow();

    assertThat(append.getAttributes().get(AttributeKey.longKey("foldline.commands")))
        .isEqualTo(1 + append.getLinks().size());
    List<String> others =
        append.getLinks().stream().map(link -> link.getSpanContext().getTraceId()).toList();
    assertThat(others).doesNotHaveDuplicates().doesNotContain(append.getTraceId());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                spans.all.stream()
                    .filter(span -> span.getName().equals("POST /deposit"))
                    .map(SpanData::getTraceId)
                    .toList()
                    .containsAll(others));
  }

  /** Batches need three callers at once: one is under way, two wait. */
  private static void depositAtOnce(BankClient bank, String account) throws Exception {
    List<Callable<Answer>> deposits = Collections.nCopies(32, () -> bank.deposit(account, 1));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Answer> done : callers.invokeAll(deposits)) {
        assertThat(done.get().status()).isEqualTo(200);
      }
    }
  }

  private SpanData span(String trace, String name) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                spans.all.stream()
                    .filter(span -> span.getTraceId().equals(trace))
                    .filter(span -> span.getName().equals(name))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}
