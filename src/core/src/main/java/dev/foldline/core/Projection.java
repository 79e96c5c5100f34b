package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How events become read models: documents, and changes to views that cross documents.
 *
 * <p>A document is made of the events of {@linkplain OfStreams one stream}, or of those that
 * {@linkplain OfKeys name it}, from streams of several categories. Each event is applied once in
 * effect and in the order of its stream, however often and in whatever order it is delivered.
 *
 * @param <D> the state that is kept from one event to the next. It is a document where queries ask
 *     for it, and the projection's own where they ask only for what the events change beside it
 */
public abstract sealed class Projection<D> {

  /** What one event changes. */
  @FunctionalInterface
  public interface Step<D, E> {

    /**
     * The changes that an event makes; a pure function.
     *
     * @param state so far, null before the first event
     */
    Changes<D> apply(@Nullable D state, Recorded<E> event);
  }

  /** Names the document that an event is applied to. */
  @FunctionalInterface
  public interface Key<E> {

    /**
     * The document's key; a pure function of the event, and of nothing else. An event whose key is
     * null, or no {@linkplain StreamName id}, can't be applied.
     */
    String of(Recorded<E> event);
  }

  /**
   * A projection that stands on nothing yet.
   *
   * @param name its stable name: its keys in Redis and its subscription group are called after it
   * @param version of the projection, from 1: raised with every change that makes its read models
   *     another; they are then built anew beside the old ones, and queries switch over when they
   *     are complete
   * @param state the record that is kept, in JSON; until a new version is complete, it is read from
   *     what the version before wrote
   */
  public record Named<D>(String name, int version, Class<D> state) {

    /** The projection of a category's events, each stream's to a document of its own. */
    public <E> Projection<D> on(Category<E> category, Step<D, E> step) {
      return new OfStreams<>(this, new On<>(category, Recorded::stream, step), null);
    }

    /**
     * The projection of a category's events, each to the document that it names; it may go on to
     * other categories.
     */
    public <E> OfKeys<D> on(Category<E> category, Key<E> key, Step<D, E> step) {
      return new OfKeys<>(this, List.of(new On<>(category, key, step)), null);
    }
  }

  /** One whose documents are streams', of one category. */
  public static final class OfStreams<D> extends Projection<D> {

    private OfStreams(Named<D> named, On<D, ?> on, @Nullable BiPredicate<Caller, D> guard) {
      super(named, List.of(on), guard);
    }

    @Override
    public OfStreams<D> guardedBy(BiPredicate<Caller, D> guard) {
      super.mustBeForAnyone();
      return new OfStreams<>(super.named, super.ons.getFirst(), guard);
    }

    @Override
    public String keyOf(Recorded<?> event) {
      return event.stream();
    }

    @Override
    public String keyOfId(@Nullable String id) {
      return categories().getFirst().stream(id);
    }
  }

  /**
   * One whose documents are named by their events, of streams of one category or several.
   *
   * <p>Events of one stream come to a document in their order; those of different streams in one
   * that is not the same in another build, so that what a step makes of them must not depend on it.
   * A document takes the events of {@value #MAX_STREAMS} streams at most.
   */
  public static final class OfKeys<D> extends Projection<D> {

    /** The event of one stream more can't be applied to a document. */
    public static final int MAX_STREAMS = 1_000;

    private OfKeys(Named<D> named, List<On<D, ?>> ons, @Nullable BiPredicate<Caller, D> guard) {
      super(named, ons, guard);
    }

    /**
     * The same, with another category's events.
     *
     * @throws IllegalArgumentException if it stands on that category already
     */
    public <E> OfKeys<D> on(Category<E> category, Key<E> key, Step<D, E> step) {
      On<D, E> next = new On<>(category, key, step);
      if (categories().stream().anyMatch(each -> each.name().equals(category.name()))) {
        throw new IllegalArgumentException(
            "the projection '%s' stands on the category '%s' twice: make one step of the two"
                .formatted(this, category));
      }
      return new OfKeys<>(
          super.named, Stream.concat(super.ons.stream(), Stream.of(next)).toList(), super.guard);
    }

    @Override
    public OfKeys<D> guardedBy(BiPredicate<Caller, D> guard) {
      super.mustBeForAnyone();
      return new OfKeys<>(super.named, super.ons, guard);
    }

    @Override
    public String keyOf(Recorded<?> event) {
      @Nullable String key = super.of(event.stream()).key(event);
      if (key == null || !StreamName.isId(key)) {
        throw new IllegalArgumentException(
            "the key that the event names for its document of '%s' is %s: it must be %s"
                .formatted(this, key == null ? "null" : "'" + key + "'", StreamName.IDS));
      }
      return key;
    }

    @Override
    public String keyOfId(@Nullable String id) {
      if (id == null || !StreamName.isId(id)) {
        throw new Invalid("", "the key of the %s must be %s".formatted(this, StreamName.IDS));
      }
      return id;
    }
  }

  private record On<D, E>(Category<E> category, Key<E> key, Step<D, E> step) {

    On {
      requireNonNull(category, Category.MISSING);
    }

    @Nullable String key(Recorded<?> recorded) {
      return key.of(own(recorded));
    }

    Changes<D> apply(@Nullable D state, Recorded<?> recorded) {
      return step.apply(state, own(recorded));
    }

    @SuppressWarnings("unchecked") // it was just looked at
    private Recorded<E> own(Recorded<?> recorded) {
      if (!category.family().isInstance(recorded.event())) {
        throw new IllegalArgumentException(
            recorded.event() + " is no event of the category " + category);
      }
      return (Recorded<E>) recorded;
    }
  }

  private final Named<D> named;
  private final List<On<D, ?>> ons;
  private final @Nullable BiPredicate<Caller, D> guard;

  private Projection(Named<D> named, List<On<D, ?>> ons, @Nullable BiPredicate<Caller, D> guard) {
    this.named = named;
    this.ons = ons;
    this.guard = guard;
  }

  private void mustBeForAnyone() {
    if (isGuarded()) {
      throw new IllegalStateException("the projection '%s' has a guard already".formatted(this));
    }
  }

  /** Begins a projection; see {@link Named}. */
  public static <D> Named<D> of(String name, int version, Class<D> state) {
    return new Named<>(name, version, state);
  }

  /**
   * The same, with documents that are shown to those alone whom a guard lets, a pure function:
   * anyone, unless it is said. To all others a document, what it was once, and the trail of its
   * stream are {@link Forbidden}, and a list of documents is without it. What crosses documents,
   * such as sums and rankings, asks no guard.
   *
   * @throws IllegalStateException if it has a guard, which would be lost
   */
  public abstract Projection<D> guardedBy(BiPredicate<Caller, D> guard);

  /** Whether its documents are not for anyone. */
  public final boolean isGuarded() {
    return guard != null;
  }

  /** Whether a caller may see a document. */
  public final boolean isShownTo(Caller caller, D document) {
    return guard == null || guard.test(caller, document);
  }

  public String name() {
    return named.name();
  }

  public int version() {
    return named.version();
  }

  public Class<D> state() {
    return named.state();
  }

  /** The kinds of streams that it reads. */
  public List<Category<?>> categories() {
    return ons.stream().<Category<?>>map(On::category).toList();
  }

  /** Whether it reads a stream. */
  public boolean reads(String stream) {
    return ons.stream().anyMatch(on -> on.category().isOf(stream));
  }

  /**
   * The category of a stream that it reads.
   *
   * @throws IllegalArgumentException if it doesn't
   */
  public Category<?> category(String stream) {
    return of(stream).category();
  }

  /**
   * What the document is called that an event is applied to.
   *
   * @throws IllegalArgumentException if the event names none, or is none of its categories
   */
  public abstract String keyOf(Recorded<?> event);

  /**
   * What the document is called that a caller asks for.
   *
   * @param id of the aggregate, or the key that events name; what a request left out is null
   * @throws Invalid if it can't be one
   */
  public abstract String keyOfId(@Nullable String id);

  /**
   * The changes that an event makes.
   *
   * @param state so far, null before the first event
   * @throws IllegalArgumentException if the event is none of its categories
   */
  public final Changes<D> apply(@Nullable D state, Recorded<?> event) {
    return of(event.stream()).apply(state, event);
  }

  private On<D, ?> of(String stream) {
    for (int i = 0; i < ons.size(); i++) { // for each event: without an iterator
      if (ons.get(i).category().isOf(stream)) {
        return ons.get(i);
      }
    }
    throw new IllegalArgumentException(
        "%s is no stream of the projection '%s'".formatted(stream, this));
  }

  @Override
  public String toString() {
    return name();
  }
}
