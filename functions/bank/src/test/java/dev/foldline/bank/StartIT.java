package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The bank in production mode")
class StartIT {

  /** What it has to be told. */
  private static final Map<String, String> ENOUGH =
      Map.of(
          "quarkus.redis.hosts", "redis://localhost",
          "foldline.eventstoredb.connection-string", "esdb://localhost:1?tls=false",
          "foldline.idempotency.keys", "test:MDEyMzQ1Njc4OWFiY2RlZg==");

  private static Map<String, String> enoughBut(String name, String value) {
    Map<String, String> all = new HashMap<>(ENOUGH);
    all.put(name, value);
    return all;
  }

  @Test
  void does_not_start_without_an_event_store_and_says_what_is_missing() throws Exception {
    assertDoesNotStart(
        Map.of("quarkus.redis.hosts", "redis://localhost"),
        "foldline.eventstoredb.connection-string");
  }

  @Test
  void does_not_start_without_keys_of_its_own_and_says_how_to_make_one() throws Exception {
    Map<String, String> without = new HashMap<>(ENOUGH);
    without.remove("foldline.idempotency.keys");
    assertDoesNotStart(without, "foldline.idempotency.keys is not set", "openssl rand -base64 32");
    assertDoesNotStart(
        enoughBut("foldline.idempotency.keys", "first:c2hvcnQ="),
        "foldline.idempotency.keys",
        "key 1 has fewer than 16 bytes");
  }

  @Test
  void does_not_start_for_callers_whom_nothing_finds_out_and_says_what_to_do() throws Exception {
    assertDoesNotStart(ENOUGH, "foldline.callers: nothing", "quarkus-smallrye-jwt", "=anyone");
    assertDoesNotStart(enoughBut("quarkus.profile", "prod,secured"), "foldline.callers: nothing");
  }

  @Test
  void does_not_start_with_a_property_that_there_is_not_and_says_which_one_is_meant()
      throws Exception {
    assertDoesNotStart(
        Map.of("quarkus.redis.hosts", "redis://localhost", "foldline.embeded.enabled", "true"),
        "foldline.embeded.enabled",
        "is foldline.embedded.enabled meant?");
  }

  @Test
  void does_not_start_under_a_name_that_is_no_namespace() throws Exception {
    assertDoesNotStart(
        enoughBut("foldline.namespace", "the{bank}"),
        "foldline.namespace",
        "'the{bank}'",
        "a-z 0-9 . _ -");
    assertDoesNotStart(
        enoughBut("foldline.application", "bank"), "foldline.application", "'bank'", "group");
  }

  @Test
  void does_not_start_with_an_event_store_inside_that_it_does_not_have() throws Exception {
    assertDoesNotStart(
        Map.of("quarkus.redis.hosts", "redis://localhost", "foldline.embedded.enabled", "true"),
        "foldline.embedded.enabled is set",
        "dev.foldline:foldline-embedded");
  }

  @Test
  void does_not_start_with_the_password_that_everyone_knows() throws Exception {
    String name = "foldline.eventstoredb.connection-string";
    assertDoesNotStart(enoughBut(name, "esdb://ops:changeit@localhost:1"), name, "'ops'");
  }

  @Test
  void does_not_start_with_roles_that_there_are_not_or_that_sleep() throws Exception {
    assertDoesNotStart(enoughBut("foldline.run", "comands"), "foldline.run", "comands");
    assertDoesNotStart(
        ENOUGH, Map.of("AWS_LAMBDA_FUNCTION_NAME", "bank"), "foldline.run=commands,queries");
  }

  /** Such as a platform sets for a service that is called foldline-bank. */
  @Test
  void only_warns_of_an_environment_variable_that_is_no_property(@TempDir Path data) {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess bank =
            BankProcess.start(
                neighbours.properties(),
                Map.of(
                    "FOLDLINE_BANK_SERVICE_HOST", "10.0.0.1",
                    "FOLDLINE_BANK_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                    "FOLDLINE_COMMANDS_TIMEOUT", "9s"))) {
      assertThat(bank.output().lines())
          .filteredOn(line -> line.contains("FOLDLINE_"))
          .singleElement()
          .asString()
          .contains("WARN", "FOLDLINE_BANK_PORT_8080_TCP, FOLDLINE_BANK_SERVICE_HOST")
          .doesNotContain("FOLDLINE_COMMANDS_TIMEOUT");
    }
  }

  private static void assertDoesNotStart(Map<String, String> properties, String... says)
      throws Exception {
    assertDoesNotStart(properties, Map.of(), says);
  }

  private static void assertDoesNotStart(
      Map<String, String> properties, Map<String, String> environment, String... says)
      throws Exception {
    try (BankProcess bank = BankProcess.launch(properties, environment)) {
      assertThat(bank.process().waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(bank.process().exitValue()).isNotZero();
      assertThat(bank.output().lines())
          .filteredOn(line -> Stream.of(says).allMatch(line::contains))
          .hasSize(1);
      assertThat(bank.output()).doesNotContain("\tat ", "c2hvcnQ=");
    }
  }
}
