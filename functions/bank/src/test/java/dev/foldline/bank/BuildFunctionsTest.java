package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.Projection;
import dev.foldline.redis.Builds;
import dev.foldline.redis.ReadModels;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ParkedFunctionsTest.WithUsers.class)
@DisplayName("The functions for builds, of a bank that has users")
class BuildFunctionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ACCOUNT_VIEW = "{\"projection\":\"account-view\"}";

  @TestHTTPResource("/")
  URI base;

  @Inject ReadModels models;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
  }

  private Answer operate(String user, String function, String body) {
    String login =
        Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
    return bank.send(
        BankClient.posting(bank.request(function).header("Authorization", "Basic " + login), body)
            .build());
  }

  private Answer rebuilt() {
    return await()
        .atMost(LIMIT)
        .until(
            () -> operate("ada", "rebuild", ACCOUNT_VIEW),
            answer -> answer.body().path("complete").asBoolean());
  }

  private static <T> T of(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rebuild", "switch-back"})
  void are_for_operators_alone(String function) {
    assertThat(bank.post(function, ACCOUNT_VIEW).status()).isEqualTo(401);
    assertThat(operate("eve", function, ACCOUNT_VIEW).status()).isEqualTo(403);
    assertThat(operate("ada", function, "{}").status()).isEqualTo(400);
    assertThat(operate("ada", function, "{\"projection\":\"nonsense\"}").status()).isEqualTo(404);
  }

  @Test
  void build_read_models_anew() {
    bank.open(account);
    String first = rebuilt().body().path("build").asText();

    Answer second = rebuilt();

    assertThat(second.body().path("build").asText()).startsWith("1.").isNotEqualTo(first);
    assertThat(second.body().path("events").asLong()).isPositive();
    assertThat(bank.account(account).status()).isEqualTo(200);
  }

  @Test
  void switch_back_to_the_version_before() {
    bank.open(account);
    String before = rebuilt().body().path("build").asText();
    Projection<AccountView> next =
        Projection.of(AccountView.PROJECTION.name(), 2, AccountView.class)
            .on(AccountEvent.ACCOUNTS, (view, event) -> AccountView.PROJECTION.apply(view, event));
    Builds later = new Builds(models, next);
    of(later.begin().chain(begun -> later.activate(begun.build())));

    Answer switched = operate("ada", "switch-back", ACCOUNT_VIEW);

    assertThat(switched.status()).isEqualTo(200);
    assertThat(switched.body().path("build").asText()).isEqualTo(before);
    assertThat(bank.account(account).status()).isEqualTo(200);
  }
}
