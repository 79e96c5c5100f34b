package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.quarkus.deployment.trips.TripFunctions;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A process of an application whose Redis is away")
class ProcessesWithoutRedisTest {

  private static final Duration LIMIT = Duration.ofSeconds(40);

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addPackage(TripFunctions.class.getPackage()))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("quarkus.redis.hosts", "redis://localhost:1");

  @TestHTTPResource("/")
  URI base;

  private HttpResponse<String> book() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(base.resolve("book-trip"))
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", "book-t")
              .header("Prefer", "wait=20")
              .timeout(LIMIT)
              .POST(BodyPublishers.ofString("{\"trip\":\"t\",\"hotel\":\"free\"}"))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void is_answered_by_its_stream_without_a_wait() throws Exception {
    HttpResponse<String> begun = book();

    assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
    assertThat(begun.headers().firstValue("Location")).contains("trip?trip=t");
    assertThat(begun.body()).contains("{\"step\":\"fly\",");
    await().atMost(LIMIT).until(() -> book().statusCode() == 200);
    assertThat(book().body()).contains("\"state\":\"done\"");
  }
}
