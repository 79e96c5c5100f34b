package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.bank.BankClient.Answer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("A query with a consistency token")
class ConsistencyTest {

  @TestHTTPResource("/")
  URI base;

  private BankClient bank;
  private final String account = UUID.randomUUID().toString();

  @BeforeEach
  void setUp() {
    bank = new BankClient(base);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> bank.get("bank-totals").status() == 200); // it was built
  }

  @Test
  void never_answers_from_before_the_command() {
    Answer last = bank.open(account);
    for (int i = 1; i <= 50; i++) {
      last = bank.deposit(account, 1);
      String token = last.header("consistency-token");
      Answer view = bank.query("account?account=" + account, token);

      assertThat(token).isEqualTo("account-" + account + "@" + i);
      assertThat(view.body().path("balance").asLong()).isEqualTo(i);
      assertThat(view.header("consistency")).isIn("read-model", "waited", "folded");
      assertThat(view.header("consistency-token")).isEqualTo(token);
      assertThat(view.header("etag")).isEqualTo("\"" + i + "\"");
      assertThat(bank.query("bank-totals", token).status()).isEqualTo(200);
    }
    Answer largest = bank.query("largest-accounts?limit=1000", last.header("consistency-token"));
    assertThat(largest.body().findValuesAsText("account")).contains(account);
    assertThat(largest.header("consistency")).isIn("read-model", "waited");
  }

  @Test
  void may_carry_the_token_of_another_stream() {
    bank.open(account);
    await().atMost(Duration.ofSeconds(30)).until(() -> bank.account(account).status() == 200);

    Answer view = bank.query("account?account=" + account, "account-other@7");

    assertThat(view.status()).isEqualTo(200);
    assertThat(view.header("consistency")).isEqualTo("read-model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@7",
        "account-a",
        "account-a@",
        "account-a@x",
        "account-a@-1",
        "a%4@1",
        "a%zz@1",
        "a@9999999999999999999"
      })
  void is_refused_where_the_token_is_malformed(String token) {
    Answer answer = bank.query("account?account=a", token);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().path("field").asText()).isEqualTo("Consistency-Token");
  }
}
