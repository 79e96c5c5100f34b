package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The bank on Lambda")
class LambdaBankIT extends BankScenario {

  @TempDir static Path data;

  private static LambdaDeployment deployment;

  @BeforeAll
  static void start() {
    deployment = new LambdaDeployment(data, Map.of());
  }

  @AfterAll
  static void stop() {
    deployment.close();
  }

  @Override
  URI base() {
    return deployment.function().url();
  }

  @Test
  void is_measured() {
    bank.open(account);

    assertThat(bank.get("q/metrics").response().body()).contains("foldline_events_appended_total");
  }
}
