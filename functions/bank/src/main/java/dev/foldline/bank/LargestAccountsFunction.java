package dev.foldline.bank;

import dev.foldline.quarkus.http.ConsistentViews;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.OptionalInt;

/** The open accounts with the largest balances, the largest first. */
public class LargestAccountsFunction {

  private final ConsistentViews views;

  LargestAccountsFunction(ConsistentViews views) {
    this.views = views;
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

  @Funq("largest-accounts")
  @Query
  public Uni<List<Place>> largest(LargestQuery query) {
    return views
        .top(BankView.PROJECTION, BankView.LARGEST, query.limit().orElse(10))
        .map(
            ranked -> ranked.stream().map(rank -> new Place(rank.member(), rank.score())).toList());
  }
}
