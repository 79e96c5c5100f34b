package dev.foldline.core;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How the events of one category become read models: one document a stream, and changes to views
 * that cross streams.
 *
 * <p>Each event is applied once in effect and in the order of its stream, however often and in
 * whatever order it is delivered.
 *
 * @param <D> the document
 */
public final class Projection<D> {

  /** What one event changes. */
  @FunctionalInterface
  public interface Step<D, E> {

    /**
     * The changes that an event makes; a pure function.
     *
     * @param document the stream's document so far, null before the first event
     */
    Changes<D> apply(@Nullable D document, Recorded<E> event);
  }

  /**
   * A projection that stands on nothing yet.
   *
   * @param name its stable name: its keys in Redis and its subscription group are called after it
   * @param version of the projection, from 1: raised with every change that makes its read models
   *     another; they are then built anew beside the old ones, and queries switch over when they
   *     are complete
   * @param document the record that a stream's document is stored as, in JSON; until a new version
   *     is complete, it is read from what the version before wrote
   */
  public record Named<D>(String name, int version, Class<D> document) {

    /** The projection of a category's events, each stream's to its document. */
    public <E> Projection<D> on(Category<E> category, Step<D, E> step) {
      return new Projection<>(this, new On<>(category, step));
    }
  }

  private record On<D, E>(Category<E> category, Step<D, E> step) {

    On {
      requireNonNull(category, Category.MISSING);
    }

    @SuppressWarnings("unchecked") // it was just looked at
    Changes<D> apply(@Nullable D document, Recorded<?> recorded) {
      if (!category.family().isInstance(recorded.event())) {
        throw new IllegalArgumentException(
            recorded.event() + " is no event of the category " + category);
      }
      return step.apply(document, (Recorded<E>) recorded);
    }
  }

  private final Named<D> named;
  private final On<D, ?> on;

  private Projection(Named<D> named, On<D, ?> on) {
    this.named = named;
    this.on = on;
  }

  /** Begins a projection; see {@link Named}. */
  public static <D> Named<D> of(String name, int version, Class<D> document) {
    return new Named<>(name, version, document);
  }

  public String name() {
    return named.name();
  }

  public int version() {
    return named.version();
  }

  public Class<D> document() {
    return named.document();
  }

  /** The streams that it reads. */
  public Category<?> category() {
    return on.category();
  }

  /**
   * The changes that an event makes.
   *
   * @param document the stream's document so far, null before the first event
   * @throws IllegalArgumentException if the event is none of its category
   */
  public Changes<D> apply(@Nullable D document, Recorded<?> event) {
    return on.apply(document, event);
  }

  @Override
  public String toString() {
    return name();
  }
}
