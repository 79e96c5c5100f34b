package dev.foldline.core;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the events of one category become read models: one document a stream, and changes to views
 * that cross streams.
 *
 * <p>Each event is applied once in effect and in the order of its stream, however often and in
 * whatever order it is delivered.
 *
 * @param name its stable name: its keys in Redis and its subscription group are called after it
 * @param category the category of the streams it reads
 * @param events the family of events it understands
 * @param document the record that a stream's document is stored as, in JSON
 * @param project the changes that an event makes, given the stream's document so far, null before
 *     the first event; a pure function
 * @param <D> the document
 * @param <E> the events
 */
public record Projection<D, E>(
    String name,
    String category,
    Class<E> events,
    Class<D> document,
    BiFunction<@Nullable D, Recorded<E>, Changes<D>> project) {}
