package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(LazyOperationsTest.Lazily.class)
@DisplayName("The functions for operators, of a bank that identifies callers only when asked")
class LazyOperationsTest {

  /** The users are the same. */
  public static class Lazily extends ParkedFunctionsTest.WithUsers {

    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> properties = new HashMap<>(super.getConfigOverrides());
      properties.put("quarkus.http.auth.proactive", "false");
      properties.put("quarkus.security.users.embedded.users.mute", "secret");
      properties.put("quarkus.security.users.embedded.roles.mute", "operator");
      return properties;
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Registry.class);
    }
  }

  /** Where who is calling is looked up, which for one of them never ends. */
  @Alternative
  @Singleton
  static class Registry implements SecurityIdentityAugmentor {

    @Override
    public Uni<SecurityIdentity> augment(
        SecurityIdentity caller, AuthenticationRequestContext context) {
      return caller.getPrincipal().getName().equals("mute")
          ? Uni.createFrom().nothing()
          : Uni.createFrom().item(caller);
    }
  }

  @TestHTTPResource("/")
  URI base;

  @ParameterizedTest
  @ValueSource(strings = {"replay-parked", "rebuild"})
  void look_who_is_calling_before_they_look_at_the_input(String function) {
    BankClient bank = new BankClient(base);

    assertThat(bank.post(function, "nonsense").status()).isEqualTo(401);
    assertThat(status(bank, "eve", function)).isEqualTo(403);
    assertThat(status(bank, "mallory", function)).isEqualTo(401);
    assertThat(status(bank, "ada", function)).isEqualTo(400);
  }

  @Test
  void say_so_where_nobody_finds_out_in_time_who_is_calling() {
    assertThat(status(new BankClient(base), "mute", "rebuild")).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rebuild", "sample-who"})
  void ask_for_credentials_again_where_they_are_wrong(String function) {
    BankClient bank = new BankClient(base);
    double before = turnedAway(bank, function);

    Answer answer = answer(bank, "mallory", function);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.code()).isEqualTo("unauthorized");
    assertThat(answer.header("www-authenticate")).startsWith("basic");
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(turnedAway(bank, function)).isEqualTo(before + 1);
  }

  private static double turnedAway(BankClient bank, String function) {
    String count =
        "foldline_queries_seconds_count{function=\"%s\",outcome=\"forbidden\"} "
            .formatted(function);
    return bank.get("q/metrics")
        .response()
        .body()
        .lines()
        .filter(line -> line.startsWith(count))
        .mapToDouble(line -> Double.parseDouble(line.substring(count.length())))
        .sum();
  }

  @Test
  void ask_nobody_for_credentials_who_does_not_have_to_be_known() {
    BankClient bank = new BankClient(base);

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(bank.get("bank-totals").status()).isEqualTo(200));
    assertThat(answer(bank, "ada", "sample-who").response().body()).isEqualTo("\"ada\"");
  }

  private static int status(BankClient bank, String user, String function) {
    return answer(bank, user, function).status();
  }

  private static Answer answer(BankClient bank, String user, String function) {
    return bank.send(
        BankClient.posting(bank.request(function).header("Authorization", login(user)), "nonsense")
            .build());
  }

  private static String login(String user) {
    byte[] login = (user + ":secret").getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(login);
  }
}
