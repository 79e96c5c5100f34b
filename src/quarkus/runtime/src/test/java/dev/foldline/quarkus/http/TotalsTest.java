package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Totals")
class TotalsTest {

  private record Sums(BigInteger balance, long accounts, long closed) {}

  private record Wrong(int accounts) {}

  private static final BigInteger HUGE = BigInteger.TWO.pow(80);

  @Test
  void are_a_record_of_the_sums_of_their_names() {
    assertThat(
            Totals.of(
                Sums.class,
                Map.of("balance", HUGE, "accounts", BigInteger.TWO, "other", BigInteger.TEN)))
        .isEqualTo(new Sums(HUGE, 2, 0));
  }

  @Test
  void say_which_one_does_not_fit() {
    assertThatThrownBy(() -> Totals.of(Sums.class, Map.of("accounts", HUGE)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("accounts does not fit a long");
    assertThatThrownBy(() -> Totals.of(Wrong.class, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Wrong.accounts is to hold a sum");
  }
}
