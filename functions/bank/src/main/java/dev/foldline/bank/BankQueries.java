package dev.foldline.bank;

import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigInteger;
import java.util.Optional;
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
   * All the money that there is, in cents.
   *
   * @param balances what all accounts hold
   * @param inFlight taken from one account and in none: what is held is among it
   */
  public record AllMoney(
      BigInteger balances, BigInteger inFlight, BigInteger paidIn, BigInteger paidOut) {}

  @Funq("money")
  @Query
  public Uni<AllMoney> money() {
    return queries.totals(Money.PROJECTION, Money.TOTALS, AllMoney.class);
  }

  /**
   * Which page of the list is asked for.
   *
   * @param limit how many accounts at most, 10 unless given
   * @param after what the page before gave as next
   */
  public record LargestQuery(
      @Min(value = 1, message = "must be at least 1")
          @Max(value = Listing.MOST, message = "must be at most 1000")
          OptionalInt limit,
      Optional<String> after) {}

  /**
   * A place in the list.
   *
   * @param balance in cents
   */
  public record Place(String account, long balance) {}

  /** The open accounts with the largest balances, the largest first. */
  @Funq("largest-accounts")
  @Query
  public Uni<Page<Place>> largest(LargestQuery query) {
    Listing largest = Listing.of(BankView.LARGEST).page(query.limit().orElse(10), query.after());
    return queries
        .list(BankView.PROJECTION, largest)
        .map(page -> page.map(entry -> new Place(entry.member(), entry.score())));
  }
}
