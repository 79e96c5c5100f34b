package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A test of a projection that reads as a sentence:
 *
 * <pre>{@code
 * given(BankView.PROJECTION, new Opened("Ada"))
 *     .when(new Deposited(100))
 *     .then(new BankView(100), new Add("bank-totals", "balance", 100));
 * }</pre>
 *
 * <p>The events are those of the stream with the id {@value #ID}, from revision 0 on, recorded at
 * {@link Instant#EPOCH}.
 *
 * @param <D> the document
 */
public final class GivenProjection<D> {

  /** Of the stream. */
  public static final String ID = "1";

  private final Projection<D> projection;
  private final @Nullable D document;
  private final long next;

  private GivenProjection(Projection<D> projection, @Nullable D document, long next) {
    this.projection = projection;
    this.document = document;
    this.next = next;
  }

  /** What was projected before: events of its category. */
  public static <D> GivenProjection<D> given(Projection<D> projection, Object... events) {
    GivenProjection<D> given = new GivenProjection<>(projection, null, 0);
    for (Object event : events) {
      given = new GivenProjection<>(projection, given.project(event).document(), given.next + 1);
    }
    return given;
  }

  private Changes<D> project(Object event) {
    String stream = projection.category().stream(ID);
    return projection.apply(
        document,
        new Recorded<>(event, new UUID(0, next), stream, next, next, Instant.EPOCH, Map.of()));
  }

  /** The event under test. */
  public When<D> when(Object event) {
    return new When<>(project(event));
  }

  /** What is expected of the event. */
  public static final class When<D> {

    private final Changes<D> changes;

    private When(Changes<D> changes) {
      this.changes = changes;
    }

    /** It leads to this document, and to these changes of shared views, and to no others. */
    public void then(D document, Change... shared) {
      assertThat(changes.document()).isEqualTo(document);
      assertThat(changes.shared()).containsExactlyInAnyOrder(shared);
    }
  }
}
