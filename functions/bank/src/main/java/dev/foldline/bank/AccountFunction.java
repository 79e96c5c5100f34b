package dev.foldline.bank;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.foldline.core.Invalid;
import dev.foldline.core.NotFound;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.StreamFold;
import dev.foldline.quarkus.http.ConsistentViews;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** An account as it is, from Redis, or as it was, folded from its stream. */
public class AccountFunction {

  private final ConsistentViews views;
  private final StreamFold streams;

  AccountFunction(ConsistentViews views, StreamFold streams) {
    this.views = views;
    this.streams = streams;
  }

  /**
   * Which account is asked for, and when.
   *
   * @param revision as it was after this event of its stream
   * @param at as it was at this time
   */
  public record AccountQuery(
      @AccountId String account,
      @PositiveOrZero(message = "must not be negative") OptionalLong revision,
      Optional<Instant> at) {}

  /** The account, and the revision of the last event in it. */
  public record Answer(@JsonUnwrapped AccountView account, long revision) {}

  @Funq("account")
  @Query
  public Uni<Answer> account(AccountQuery query) {
    return find(query)
        .map(
            found ->
                found
                    .map(view -> new Answer(view.document(), view.revision()))
                    .orElseThrow(() -> new NotFound("there is, or was, no such account")));
  }

  private Uni<Optional<View<AccountView>>> find(AccountQuery query) {
    String stream = Account.DECIDER.stream(query.account());
    if (query.revision().isPresent() && query.at().isPresent()) {
      throw new Invalid("at", "at can't be given together with revision");
    } else if (query.revision().isPresent()) {
      long revision = query.revision().getAsLong();
      return streams
          .fold(AccountView.PROJECTION, stream, event -> event.revision() <= revision)
          .map(found -> found.filter(view -> view.revision() == revision));
    } else if (query.at().isPresent()) {
      Instant at = query.at().get();
      return streams.fold(AccountView.PROJECTION, stream, event -> !event.time().isAfter(at));
    } else {
      return views.document(AccountView.PROJECTION, stream);
    }
  }
}
