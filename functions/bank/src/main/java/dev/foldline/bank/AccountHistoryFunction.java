package dev.foldline.bank;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.foldline.core.NotFound;
import dev.foldline.core.Recorded;
import dev.foldline.eventstoredb.EventStore;
import dev.foldline.eventstoredb.StoredEvent;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.PositiveOrZero;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The audit trail of an account: its events as they are stored. */
public class AccountHistoryFunction {

  private final EventStore store;

  AccountHistoryFunction(EventStore store) {
    this.store = store;
  }

  /**
   * Which events are asked for.
   *
   * @param from the first revision, 0 unless given
   * @param limit how many at most, 100 unless given
   */
  public record HistoryQuery(
      @AccountId String account,
      @PositiveOrZero(message = "must not be negative") OptionalLong from,
      @Min(value = 1, message = "must be at least 1")
          @Max(value = 1000, message = "must be at most 1000")
          OptionalInt limit) {}

  /** One event of the trail. */
  public record Entry(long revision, String type, @JsonRawValue String data, Instant time) {

    static Entry of(Recorded<StoredEvent> recorded) {
      StoredEvent event = recorded.event();
      String data = new String(event.data(), StandardCharsets.UTF_8);
      return new Entry(recorded.revision(), event.type(), data, recorded.time());
    }
  }

  @Funq("account-history")
  @Query
  public Uni<List<Entry>> history(HistoryQuery query) {
    String stream = Account.DECIDER.stream(query.account());
    return store
        .read(stream, query.from().orElse(0), query.limit().orElse(100))
        .call(events -> events.isEmpty() ? mustExist(stream) : Uni.createFrom().voidItem())
        .map(events -> events.stream().map(Entry::of).toList());
  }

  private Uni<Void> mustExist(String stream) {
    return store
        .exists(stream)
        .invoke(
            exists -> {
              if (!exists) {
                throw new NotFound("there is no such account");
              }
            })
        .replaceWithVoid();
  }
}
