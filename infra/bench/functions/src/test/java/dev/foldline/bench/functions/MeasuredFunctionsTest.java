package dev.foldline.bench.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured is there: the functions of the bank, which is a library here, and ours. */
@QuarkusTest
class MeasuredFunctionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TestHTTPResource URI base;

  @Inject EventStore store;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          open-account  | {"account":"a-1","owner":"Ada"} | "revision":0
          deposit       | {"account":"a-2","cents":1}     | account-not-open
          echo          | {"account":"a-2","cents":1}     | "cents":1
          naive-deposit | {"account":"a-1","cents":1}     | "revision":1
          """)
  void is_there(String function, String command, String answered) throws Exception {
    HttpRequest call =
        HttpRequest.newBuilder(base.resolve(function))
            .timeout(LIMIT)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(command))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(call, BodyHandlers.ofString()).body()).contains(answered);
    }
  }

  @Test
  void an_order_that_is_due_is_paid() {
    append("account-a-3", "account-opened", "{\"owner\":\"Ada\",\"holder\":\"\"}");
    append("order-1", "order-due", "{\"account\":\"a-3\",\"cents\":5}");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(store.remaining("account-a-3", 1, 2).await().atMost(LIMIT))
                    .extracting(found -> found.event().type())
                    .containsExactly("account-deposited"));
  }

  private void append(String stream, String type, String data) {
    StoredEvent event = new StoredEvent(UUID.randomUUID(), type, data.getBytes(UTF_8), new byte[0]);
    var _ = store.append(stream, List.of(event)).await().atMost(LIMIT);
  }
}
