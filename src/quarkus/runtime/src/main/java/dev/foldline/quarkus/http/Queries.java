package dev.foldline.quarkus.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.foldline.core.Category;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Invalid;
import dev.foldline.core.Listing;
import dev.foldline.core.Listing.Page;
import dev.foldline.core.Listing.Ranked;
import dev.foldline.core.Listing.RankedDocument;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.StreamName;
import dev.foldline.core.Unavailable;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.EventMetadata;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.redis.Views;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries: from read models, and from the streams themselves.
 *
 * <p>A call with {@code Consistency-Token: account-a-1@7} is answered from a state with that event
 * in it: at once, or when the read model has come so far, or else, for a document, by folding the
 * stream. The answer's header {@code Consistency} says which: {@code read-model}, {@code waited} or
 * {@code folded}. Views that cross streams can't be folded: they are {@link Unavailable} while the
 * read model is behind. A token of another category says nothing about a view. What a document was
 * once, and a stream's trail, come from the stream, whatever the token.
 *
 * <p>What a projection's guard does not let the caller see is {@link Forbidden}.
 *
 * <p>All fail with {@link Unavailable} where Redis or the event store is away, or a read model is
 * being built. Call it on the thread that the function was called on.
 */
@Singleton
public final class Queries {

  private final Views views;
  private final DocumentQueries documents;
  private final Consistency consistency;
  private final Guards guards;
  private final EventStore store;
  private final Constants constants;
  private final Duration timeout;

  Queries(
      Views views,
      DocumentQueries documents,
      Consistency consistency,
      Guards guards,
      EventStore store,
      Constants constants,
      FoldlineConfig config) {
    this.views = views;
    this.documents = documents;
    this.consistency = consistency;
    this.guards = guards;
    this.store = store;
    this.constants = constants;
    this.timeout = config.queries().timeout();
  }

  /**
   * A document as it is now; in the answer its version as the tag, and, if it is a stream's, a
   * token of its own.
   *
   * @param id of the aggregate, or the key that events name
   * @return none where there is no such stream, or none any more, or no event named the key
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D> projection, String id) {
    return document(projection, id, new AsOf.Now());
  }

  /**
   * A stream's document as it is, as above, or as it was, folded from the stream.
   *
   * @param id of the aggregate
   * @return none where there was none then
   */
  public <D> Uni<Optional<View<D>>> document(Projection<D> projection, String id, AsOf asOf) {
    constants.require(projection);
    asks();
    return documents.document(projection, projection.keyOfId(id), asOf);
  }

  /**
   * Some documents as they are now, in one round trip.
   *
   * @param ids of the aggregates, or the keys that events name, at most {@value Listing#MOST}
   * @return in their order; none where there is no such document, or none any more
   */
  public <D> Uni<List<Optional<View<D>>>> documents(Projection<D> projection, List<String> ids) {
    if (ids.size() > Listing.MOST) {
      throw new Invalid("", "at most " + Listing.MOST + " documents are read at once");
    }
    List<String> keys = ids.stream().map(projection::keyOfId).toList();
    Predicate<String> concerns =
        switch (projection) {
          case Projection.OfStreams<D> _ -> keys::contains;
          case Projection.OfKeys<D> _ -> projection::reads;
        };
    Predicate<View<D>> guard = guards.of(projection);
    return across(projection, concerns, _ -> views.living(projection, keys))
        .invoke(found -> found.values().forEach(view -> Guards.mustShow(Optional.of(view), guard)))
        .map(found -> keys.stream().map(found::get).map(Optional::ofNullable).toList());
  }

  /**
   * An event as it is stored.
   *
   * @param type its stored name
   * @param data its JSON
   * @param user whose command led to it, where that is known
   */
  public record Entry(
      long revision,
      String type,
      @JsonRawValue String data,
      Instant time,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String user) {

    private static Entry of(Recorded<StoredEvent> recorded) {
      StoredEvent event = recorded.event();
      String data = new String(event.data(), StandardCharsets.UTF_8);
      return new Entry(
          recorded.revision(),
          event.type(),
          data,
          recorded.time(),
          EventMetadata.user(recorded).orElse(null));
    }
  }

  /**
   * The events of a stream, in their order, without its marks.
   *
   * @param id of the aggregate
   * @param from the first revision
   * @param limit how many at most, from 1
   * @return the events; none where the stream ends before. Fails with {@link NotFound} if there is
   *     no such stream, or only marks in it
   */
  public Uni<List<Entry>> trail(Category<?> category, String id, long from, int limit) {
    String stream = category.stream(id);
    asks();
    return guards
        .mustShow(documents, stream)
        .chain(() -> store.unmarked(stream, from, limit))
        .call(events -> events.isEmpty() ? mustExist(stream, category) : done())
        .ifNoItem()
        .after(timeout)
        .failWith(() -> new Unavailable(stream + " was not read in time"))
        .map(events -> events.stream().map(Entry::of).toList());
  }

  private Uni<Void> mustExist(String stream, Category<?> category) {
    return store
        .unmarked(stream, 0, 1)
        .chain(
            events ->
                events.isEmpty()
                    ? Uni.createFrom().failure(new NotFound("there is no such " + category))
                    : done());
  }

  private static Uni<Void> done() {
    return Uni.createFrom().voidItem();
  }

  /**
   * The sums of a view, as a record of yours: a sum is found by the name of its component, and is 0
   * where nothing was added to it.
   *
   * @param view which sums
   * @param type a record of {@link BigInteger}s and {@code long}s; a sum that is too large for its
   *     {@code long} is an {@link ArithmeticException}
   */
  public <T extends Record> Uni<T> totals(Projection<?> projection, String view, Class<T> type) {
    return across(projection, projection::reads, _ -> views.totals(projection, view))
        .map(sums -> Totals.of(type, sums));
  }

  /** A page of a ranking, or of what an index has under a value. */
  public Uni<Page<Ranked>> list(Projection<?> projection, Listing listing) {
    return across(projection, projection::reads, seen -> page(projection, listing, seen));
  }

  /**
   * The same, each entry with the document that the projection has of it, its member being an
   * aggregate's id or the key that events name. Documents are read after the page, so that one may
   * be newer than its place. An entry whose document the caller may not see is left out.
   */
  public <D> Uni<Page<RankedDocument<D>>> listWithDocuments(
      Projection<D> projection, Listing listing) {
    Predicate<View<D>> guard = guards.of(projection);
    return list(projection, listing)
        .chain(page -> withDocuments(projection, page))
        .map(page -> page.flatMap(entry -> shown(entry, guard)));
  }

  private static <D> Optional<RankedDocument<D>> shown(
      RankedDocument<D> entry, Predicate<View<D>> guard) {
    return entry.document().stream().allMatch(guard) ? Optional.of(entry) : Optional.empty();
  }

  /** What is added to rankings comes there after it is applied, where nobody waits for it. */
  private Uni<Page<Ranked>> page(Projection<?> projection, Listing listing, Optional<String> seen) {
    return seen.map(stream -> views.carryOver(projection, stream))
        .orElseGet(Queries::done)
        .chain(() -> views.page(projection, listing));
  }

  private <D> Uni<Page<RankedDocument<D>>> withDocuments(
      Projection<D> projection, Page<Ranked> page) {
    List<String> keys =
        page.entries().stream()
            .map(Ranked::member)
            .filter(StreamName::isId)
            .map(projection::keyOfId)
            .toList();
    return views
        .living(projection, keys)
        .map(found -> page.map(entry -> with(found, projection, entry)));
  }

  private static <D> RankedDocument<D> with(
      Map<String, View<D>> found, Projection<D> projection, Ranked entry) {
    Optional<View<D>> document =
        StreamName.isId(entry.member())
            ? Optional.ofNullable(found.get(projection.keyOfId(entry.member())))
            : Optional.empty();
    return new RankedDocument<>(entry.member(), entry.score(), document);
  }

  /**
   * Who has the smallest score under a value of an index: who came first, if members are ordered by
   * log position. A view says what was true a moment ago; it guarantees nothing to a decision.
   */
  public Uni<Optional<Ranked>> first(Projection<?> projection, String view, String value) {
    Listing one = Listing.of(view, value).lowestFirst().page(1, Optional.empty());
    return list(projection, one).map(page -> page.entries().stream().findFirst());
  }

  private <T> Uni<T> across(
      Projection<?> projection,
      Predicate<String> concerns,
      Function<Optional<String>, Uni<T>> query) {
    constants.require(projection);
    asks();
    return consistency.across(projection, concerns, query);
  }

  private static void asks() {
    HttpCall.current().flatMap(HttpCall::tags).ifPresent(EntityTags::asks);
  }
}
