package dev.foldline.bank;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.RankedDocument;
import dev.foldline.core.NotFound;
import dev.foldline.core.View;
import dev.foldline.quarkus.http.AsOf;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What may be asked about an account. */
public class AccountQueries {

  private final Queries queries;

  AccountQueries(Queries queries) {
    this.queries = queries;
  }

  /**
   * Which account is asked for, and when.
   *
   * @param revision as it was after this event of its stream
   * @param at as it was at this time
   */
  public record AccountQuery(
      @Id String account,
      @PositiveOrZero(message = "must not be negative") OptionalLong revision,
      Optional<Instant> at) {}

  /**
   * An account as it is shown.
   *
   * @param balance in cents
   */
  public record Shown(String account, String owner, long balance, AccountView.Status status) {

    private static Shown of(AccountView view) {
      return new Shown(view.account(), view.owner(), view.balance(), view.status());
    }
  }

  /** The account, and the revision of the last event in it. */
  public record Answer(@JsonUnwrapped Shown account, long revision) {}

  /** An account as it is, from Redis, or as it was, folded from its stream. */
  @Funq("account")
  @Query
  public Uni<Answer> account(AccountQuery query) {
    AsOf asOf = AsOf.of(query.revision(), query.at());
    return queries
        .document(AccountView.PROJECTION, query.account(), asOf)
        .map(
            found ->
                found
                    .map(view -> new Answer(Shown.of(view.document()), view.version()))
                    .orElseThrow(() -> new NotFound("there is, or was, no such account")));
  }

  /**
   * Whose accounts are asked for.
   *
   * @param after what the page before gave as next
   */
  public record OwnerQuery(@Owner String owner, Optional<String> after) {}

  /** The accounts of an owner that the caller may see, the latest first. */
  @Funq("accounts-of")
  @Query
  public Uni<Page<Shown>> accountsOf(OwnerQuery query) {
    Listing theirs = Listing.of(AccountView.OF_OWNER, query.owner()).page(10, query.after());
    return queries
        .listWithDocuments(AccountView.PROJECTION, theirs)
        .map(page -> page.flatMap(RankedDocument::document).map(View::document).map(Shown::of));
  }

  /**
   * Which events are asked for.
   *
   * @param from the first revision, 0 unless given
   * @param limit how many at most, 100 unless given
   */
  public record HistoryQuery(
      @Id String account,
      @PositiveOrZero(message = "must not be negative") OptionalLong from,
      @Min(value = 1, message = "must be at least 1")
          @Max(value = 1000, message = "must be at most 1000")
          OptionalInt limit) {}

  /** The audit trail of an account: its events as they are stored. */
  @Funq("account-history")
  @Query
  public Uni<List<Queries.Entry>> history(HistoryQuery query) {
    return queries.trail(
        AccountEvent.ACCOUNTS, query.account(), query.from().orElse(0), query.limit().orElse(100));
  }
}
