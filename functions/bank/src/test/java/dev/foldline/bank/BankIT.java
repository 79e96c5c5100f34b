package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What this calls is what an application is trained by: see the profile {@code trained}. */
@QuarkusIntegrationTest
@DisplayName("The bank as it was built, for the JVM or as a native executable")
class BankIT extends BankScenario {

  @TestHTTPResource("/")
  URI base;

  @Override
  URI base() {
    return base;
  }

  @Test
  void is_measured() {
    bank.open(account);

    assertThat(bank.get("q/metrics").response().body())
        .contains("foldline_events_appended_total", "foldline_projection_applied_total");
  }
}
