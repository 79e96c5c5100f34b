package dev.foldline.bench.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured is there: the functions of the bank, which is a library here, and ours. */
@QuarkusTest
class MeasuredFunctionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TestHTTPResource URI base;

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
}
