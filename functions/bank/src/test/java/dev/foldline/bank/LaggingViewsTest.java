package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.bank.BankClient.Answer;
import dev.foldline.core.Projection;
import dev.foldline.redis.Builds;
import dev.foldline.redis.ReadModels;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(LaggingViewsTest.WithoutProjections.class)
@DisplayName("A query with a consistency token of a bank whose read models nobody keeps")
class LaggingViewsTest {

  /** As if those who keep them had stopped. */
  public static class WithoutProjections implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("foldline.run", "commands,queries");
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Inject ReadModels models;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
    for (Projection<?> projection : List.of(AccountView.PROJECTION, BankView.PROJECTION)) {
      Builds builds = new Builds(models, projection);
      String empty = builds.begin().await().atMost(Duration.ofSeconds(10)).build();
      builds.activate(empty).await().atMost(Duration.ofSeconds(10));
    }
  }

  private Answer query(String path, String token) {
    return bank.send(bank.request(path).header("Consistency-Token", token).build());
  }

  @Test
  void is_answered_from_the_stream() {
    bank.open(account);
    String token = bank.deposit(account, 5).header("consistency-token");

    Answer folded = query("account?account=" + account, token);

    assertThat(folded.body().path("balance").asLong()).isEqualTo(5);
    assertThat(folded.header("consistency")).isEqualTo("folded");
    assertThat(folded.header("consistency-token")).isEqualTo(token);
    Answer without = bank.account(account);
    assertThat(without.status()).isEqualTo(404);
    assertThat(without.header("consistency")).isEqualTo("read-model");
  }

  @Test
  void is_not_answered_from_a_view_across_streams_that_is_behind() {
    String token = bank.open(account).header("consistency-token");

    Answer behind = query("bank-totals", token);

    assertThat(behind.status()).isEqualTo(503);
    assertThat(behind.code()).isEqualTo("read-model-behind");
    assertThat(behind.header("retry-after")).isNotEmpty();
    assertThat(query("bank-totals", "other-1@7").status()).isEqualTo(200);
  }

  @Test
  void does_not_wait_for_another_stream() {
    bank.open(account);

    Answer view = query("account?account=" + account, "account-other@7");

    assertThat(view.status()).isEqualTo(404);
    assertThat(view.header("consistency")).isEqualTo("read-model");
  }

  @Test
  void is_refused_where_the_token_is_ahead_of_its_stream() {
    bank.open(account);

    Answer ahead = query("account?account=" + account, "account-" + account + "@7");

    assertThat(ahead.status()).isEqualTo(400);
    assertThat(ahead.body().path("field").asText()).isEqualTo("Consistency-Token");
    assertThat(query("account?account=nobody", "account-nobody@7").status()).isEqualTo(404);
  }
}
