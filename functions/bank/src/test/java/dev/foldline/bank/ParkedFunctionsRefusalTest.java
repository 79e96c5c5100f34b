package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ParkedFunctionsRefusalTest.WithoutUsers.class)
@DisplayName("The functions for parked events, of a bank that can't tell who is calling")
class ParkedFunctionsRefusalTest {

  /** The functions, and nothing that finds out who calls. */
  public static class WithoutUsers implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("foldline.operations.enabled", "true");
    }
  }

  @TestHTTPResource("/")
  URI base;

  @Test
  void refuse_everyone() {
    BankClient bank = new BankClient(base);

    assertThat(bank.get("parked-events?projection=account-view").status()).isEqualTo(401);
    assertThat(bank.post("replay-parked", "{\"projection\":\"account-view\"}").status())
        .isEqualTo(401);
  }
}
