package dev.foldline.core;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * An event as the store keeps it.
 *
 * @param event what happened
 * @param eventId by which the store knows it; those that an upcaster made of one share it
 * @param stream where it is kept
 * @param revision its number in the stream, from 0
 * @param position its place in the log of all streams; only the order of two positions means
 *     anything; −1 where it is not known
 * @param time when the store wrote it
 * @param metadata what was written beside it: a JSON object as strings, numbers, booleans, lists
 *     and maps; empty where there is none
 */
public record Recorded<E>(
    E event,
    UUID eventId,
    String stream,
    long revision,
    long position,
    Instant time,
    Map<String, Object> metadata) {

  /** The same record of another form of the event. */
  public <T> Recorded<T> map(Function<? super E, ? extends T> mapping) {
    return new Recorded<>(
        mapping.apply(event), eventId, stream, revision, position, time, metadata);
  }

  /** The same record at another place in the log, or at one that is not known. */
  public Recorded<E> at(long place) {
    return new Recorded<>(event, eventId, stream, revision, place, time, metadata);
  }

  /** The id of the aggregate: what follows the category and its dash. */
  public String id() {
    return stream.substring(stream.indexOf('-') + 1);
  }
}
