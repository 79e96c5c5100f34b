package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
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
      return properties;
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
    assertThat(status(bank, "ada", function)).isEqualTo(400);
  }

  private static int status(BankClient bank, String user, String function) {
    String login =
        Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    return bank.send(
            bank.request(function)
                .header("Authorization", "Basic " + login)
                .POST(BodyPublishers.ofString("nonsense"))
                .build())
        .status();
  }
}
