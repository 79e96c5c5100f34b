package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bank in production mode")
class StartIT {

  @Test
  void does_not_start_without_an_event_store_and_says_what_is_missing() throws Exception {
    assertDoesNotStart(
        Map.of("quarkus.redis.hosts", "redis://localhost"),
        "foldline.eventstoredb.connection-string");
  }

  @Test
  void does_not_start_without_keys_of_its_own_and_says_how_to_make_one() throws Exception {
    Map<String, String> rest =
        Map.of(
            "quarkus.redis.hosts", "redis://localhost",
            "foldline.eventstoredb.connection-string", "esdb://localhost:1?tls=false");

    assertDoesNotStart(rest, "foldline.idempotency.keys is not set", "openssl rand -base64 32");
    Map<String, String> malformed = new HashMap<>(rest);
    malformed.put("foldline.idempotency.keys", "first:c2hvcnQ=");
    assertDoesNotStart(malformed, "foldline.idempotency.keys", "key 1 has fewer than 16 bytes");
  }

  private static void assertDoesNotStart(Map<String, String> properties, String... says)
      throws Exception {
    try (BankProcess bank = BankProcess.launch(properties)) {
      assertThat(bank.process().waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(bank.process().exitValue()).isNotZero();
      assertThat(bank.output().lines())
          .filteredOn(line -> Stream.of(says).allMatch(line::contains))
          .hasSize(1);
      assertThat(bank.output()).doesNotContain("\tat ", "c2hvcnQ=");
    }
  }
}
