package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
      for (String user : List.of("late", "mute")) {
        properties.put("quarkus.security.users.embedded.users." + user, "secret");
        properties.put("quarkus.security.users.embedded.roles." + user, "operator");
      }
      return properties;
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Registry.class);
    }
  }

  /** Where who is calling is looked up, which takes its time for some. */
  @Alternative
  @Singleton
  static class Registry implements SecurityIdentityAugmentor {

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    @Override
    public Uni<SecurityIdentity> augment(
        SecurityIdentity caller, AuthenticationRequestContext context) {
      return switch (caller.getPrincipal().getName()) {
        case "late" -> {
          asked.complete(null);
          yield Uni.createFrom().completionStage(answered).replaceWith(caller);
        }
        case "mute" -> Uni.createFrom().nothing();
        default -> Uni.createFrom().item(caller);
      };
    }
  }

  @Inject Registry registry;

  @TestHTTPResource("/")
  URI base;

  @ParameterizedTest
  @ValueSource(strings = {"replay-parked", "rebuild"})
  void look_who_is_calling_before_they_look_at_the_input(String function) {
    BankClient bank = new BankClient(base);

    assertThat(bank.post(function, "nonsense").status()).isEqualTo(401);
    assertThat(status(bank, "eve", function)).isEqualTo(403);
    assertThat(status(bank, "ada", function)).isEqualTo(400);
  }

  @Test
  void say_so_where_nobody_finds_out_in_time_who_is_calling() {
    assertThat(status(new BankClient(base), "mute", "rebuild")).isEqualTo(503);
  }

  @Test
  void are_not_called_for_one_who_left_before_that() throws Exception {
    BankClient bank = new BankClient(base);
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /sample-guarded HTTP/1.1\r\nHost: bank\r\nAuthorization: %s\r\n\r\n"
                  .formatted(login("late"))
                  .getBytes(StandardCharsets.US_ASCII));
      registry.asked.get(10, TimeUnit.SECONDS);
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                bank.get("q/metrics")
                    .response()
                    .body()
                    .contains("function=\"sample-guarded\",outcome=\"gone\""));
    registry.answered.complete(null);

    assertThat(
            bank.send(bank.request("sample-guarded").header("Authorization", login("ada")).build())
                .response()
                .body())
        .isEqualTo("1");
  }

  private static int status(BankClient bank, String user, String function) {
    return bank.send(
            bank.request(function)
                .header("Authorization", login(user))
                .POST(BodyPublishers.ofString("nonsense"))
                .build())
        .status();
  }

  private static String login(String user) {
    byte[] login = (user + ":secret").getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(login);
  }
}
