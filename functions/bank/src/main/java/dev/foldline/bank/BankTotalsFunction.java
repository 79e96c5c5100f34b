package dev.foldline.bank;

import dev.foldline.quarkus.http.ConsistentViews;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import java.math.BigInteger;
import java.util.Map;

/** The sums over all accounts. */
public class BankTotalsFunction {

  private final ConsistentViews views;

  BankTotalsFunction(ConsistentViews views) {
    this.views = views;
  }

  /**
   * The sums; money in cents.
   *
   * @param accounts how many were ever opened
   * @param closed how many of them were closed
   * @param balance what they hold together
   */
  public record Totals(
      BigInteger accounts,
      BigInteger closed,
      BigInteger balance,
      BigInteger deposited,
      BigInteger withdrawn) {

    static Totals of(Map<String, BigInteger> totals) {
      return new Totals(
          totals.getOrDefault("accounts", BigInteger.ZERO),
          totals.getOrDefault("closed", BigInteger.ZERO),
          totals.getOrDefault("balance", BigInteger.ZERO),
          totals.getOrDefault("deposited", BigInteger.ZERO),
          totals.getOrDefault("withdrawn", BigInteger.ZERO));
    }
  }

  @Funq("bank-totals")
  @Query
  public Uni<Totals> totals() {
    return views.totals(BankView.PROJECTION, BankView.TOTALS).map(Totals::of);
  }
}
