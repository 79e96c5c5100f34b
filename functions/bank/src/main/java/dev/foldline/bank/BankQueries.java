package dev.foldline.bank;

import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;

/** What may be asked about the bank as a whole. */
public class BankQueries {

  private final Queries queries;

  BankQueries(Queries queries) {
    this.queries = queries;
  }

  /**
   * The sums over all accounts; money in cents.
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
      BigInteger withdrawn) {}

  @Funq("bank-totals")
  @Query
  public Uni<Totals> totals() {
    return queries.totals(BankView.PROJECTION, BankView.TOTALS, Totals.class);
  }

  /**
   * How long the list may be.
   *
   * @param limit how many accounts at most, 10 unless given
   */
  public record LargestQuery(
      @Min(value = 1, message = "must be at least 1")
          @Max(value = 1000, message = "must be at most 1000")
          OptionalInt limit) {}

  /**
   * A place in the list.
   *
   * @param balance in cents
   */
  public record Place(String account, long balance) {}

  /** The open accounts with the largest balances, the largest first. */
  @Funq("largest-accounts")
  @Query
  public Uni<List<Place>> largest(LargestQuery query) {
    return queries
        .top(BankView.PROJECTION, BankView.LARGEST, query.limit().orElse(10))
        .map(
            ranked -> ranked.stream().map(rank -> new Place(rank.member(), rank.score())).toList());
  }
}
