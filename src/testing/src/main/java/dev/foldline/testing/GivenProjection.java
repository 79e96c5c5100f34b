package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A test of a projection that reads as a sentence:
 *
 * <pre>{@code
 * given(BankView.PROJECTION, new Opened("Ada"))
 *     .when(new Deposited(100))
 *     .then(new BankView.State(100), new Add("bank-totals", "balance", 100));
 * }</pre>
 *
 * <p>The events are those of the stream with the id {@value #ID} of their category, from revision 0
 * on, unless they are {@linkplain #in said to be} of another, and recorded at {@link
 * Instant#EPOCH}. Of several categories one is known by its events.
 *
 * @param <D> the state that is kept
 */
public final class GivenProjection<D> {

  /** Of the stream. */
  public static final String ID = "1";

  private final Projection<D> projection;
  private final Map<String, D> states = new HashMap<>();
  private final Map<String, Long> revisions = new HashMap<>();

  private GivenProjection(Projection<D> projection) {
    this.projection = projection;
  }

  private record In(String stream, Object event) {}

  /** An event of another stream than that with the id {@value #ID}. */
  public static <E> Object in(Category<E> category, String id, E event) {
    return new In(category.stream(id), event);
  }

  /** What was projected before: events of its categories. */
  public static <D> GivenProjection<D> given(Projection<D> projection, Object... events) {
    GivenProjection<D> given = new GivenProjection<>(projection);
    for (Object event : events) {
      Recorded<?> recorded = given.record(event);
      given.states.put(projection.keyOf(recorded), given.project(recorded).state());
      given.revisions.put(recorded.stream(), recorded.revision());
    }
    return given;
  }

  private Recorded<?> record(Object given) {
    In in = given instanceof In said ? said : new In(categoryOf(given).stream(ID), given);
    long position = revisions.values().stream().mapToLong(last -> last + 1).sum();
    return new Recorded<>(
        in.event(),
        new UUID(0, position),
        in.stream(),
        revisions.getOrDefault(in.stream(), -1L) + 1,
        position,
        Instant.EPOCH,
        Map.of());
  }

  private Changes<D> project(Recorded<?> event) {
    return projection.apply(states.get(projection.keyOf(event)), event);
  }

  private Category<?> categoryOf(Object event) {
    return projection.categories().stream()
        .filter(category -> category.family().isInstance(event))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(event + " is no event of its categories"));
  }

  /** The event under test. */
  public When<D> when(Object event) {
    Recorded<?> recorded = record(event);
    return new When<>(projection.keyOf(recorded), project(recorded));
  }

  /** What is expected of the event. */
  public static final class When<D> {

    private final String key;
    private final Changes<D> changes;

    private When(String key, Changes<D> changes) {
      this.key = key;
      this.changes = changes;
    }

    /** It names its document so. */
    public When<D> names(String expected) {
      assertThat(key).isEqualTo(expected);
      return this;
    }

    /** It leads to this state, and to these changes of shared views, and to no others. */
    public void then(D state, Change... shared) {
      assertThat(changes.state()).isEqualTo(state);
      assertThat(changes.shared()).containsExactlyInAnyOrder(shared);
    }
  }
}
