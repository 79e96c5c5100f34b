package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bank in production mode")
class StartIT {

  @Test
  void does_not_start_without_an_event_store_and_says_what_is_missing() throws Exception {
    try (BankProcess bank =
        BankProcess.launch(Map.of("quarkus.redis.hosts", "redis://localhost"))) {
      assertThat(bank.process().waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(bank.process().exitValue()).isNotZero();
      assertThat(bank.output().lines())
          .filteredOn(line -> line.contains("foldline.eventstoredb.connection-string"))
          .hasSize(1);
      assertThat(bank.output()).doesNotContain("\tat ");
    }
  }
}
