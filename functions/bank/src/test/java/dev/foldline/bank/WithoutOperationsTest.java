package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("The functions for operators, of a bank that was built without them")
class WithoutOperationsTest {

  @TestHTTPResource("/")
  URI base;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dry-run-parked",
        "replay-parked",
        "discard-parked",
        "retry-step",
        "rebuild",
        "switch-back"
      })
  void do_not_exist(String function) {
    assertThat(new BankClient(base).post(function, "{\"projection\":\"account-view\"}").status())
        .isEqualTo(404);
  }

  @Test
  void do_not_exist_for_queries_either() {
    assertThat(new BankClient(base).get("parked-events?projection=account-view").status())
        .isEqualTo(404);
  }
}
