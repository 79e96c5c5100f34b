package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("In an application that finds out who its users are only when asked")
class LazyCallersTest extends CallersScenario {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      application()
          .overrideConfigKey("quarkus.http.auth.proactive", "false")
          .setLogRecordPredicate(entry -> entry.getThrown() instanceof IllegalStateException)
          .assertLogRecords(
              entries ->
                  assertThat(entries)
                      .singleElement()
                      .satisfies(
                          entry ->
                              assertThat(entry.getThrown())
                                  .hasMessageContaining("needs to know who gives it")));

  @Test
  void a_query_asks_who_it_is() throws Exception {
    assertThat(assign("ada", "ada").statusCode()).isEqualTo(200);

    assertThat(send("ada", request("locker-history?locker=" + locker)).statusCode()).isEqualTo(200);
    assertUnknown(send("mallory", request("locker-history?locker=" + locker)));
  }

  @Test
  void nobody_is_taken_for_anonymous_whom_nobody_asked() throws Exception {
    problem(send("ada", request("lockers/" + locker + "/ada").POST(BodyPublishers.noBody())), 500);

    assertThat(metadata()).isEmpty();
  }
}
