package dev.foldline.core;

import org.jspecify.annotations.Nullable;

/**
 * How the events of one category become read models: one document a stream, and changes to views
 * that cross streams.
 *
 * <p>Each event is applied once in effect and in the order of its stream, however often and in
 * whatever order it is delivered.
 *
 * @param name its stable name: its keys in Redis and its subscription group are called after it
 * @param version of the projection, from 1: raised with every change that makes its read models
 *     another; they are then built anew beside the old ones, and queries switch over when they are
 *     complete
 * @param category the category of the streams it reads
 * @param events the family of events it understands
 * @param document the record that a stream's document is stored as, in JSON; until a new version is
 *     complete, it is read from what the version before wrote
 * @param project the changes that an event makes; a pure function
 * @param <D> the document
 * @param <E> the events
 */
public record Projection<D, E>(
    String name,
    int version,
    String category,
    Class<E> events,
    Class<D> document,
    Step<D, E> project) {

  /** What one event changes. */
  @FunctionalInterface
  public interface Step<D, E> {

    /**
     * The changes that an event makes.
     *
     * @param document the stream's document so far, null before the first event
     */
    Changes<D> apply(@Nullable D document, Recorded<E> event);
  }
}
