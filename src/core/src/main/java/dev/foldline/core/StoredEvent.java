package dev.foldline.core;

import java.util.UUID;

/**
 * An event as bytes, before it is decoded or after it was encoded.
 *
 * @param id by which the store knows a repeated append
 * @param type its stable name
 * @param data its JSON
 * @param metadata a JSON object beside it; empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way; nobody compares or changes them
public record StoredEvent(UUID id, String type, byte[] data, byte[] metadata) {

  /** What the types of events begin with that Foldline writes among an application's. */
  public static final String RESERVED = "foldline-";

  /** The type of a {@linkplain #isMark mark}: stored for ever. */
  public static final String MARK = "foldline-handled";

  /**
   * Whether it marks that an effect was handled here and left no event: it is there for folds of
   * commands and for fences, and everything else passes over it.
   */
  public boolean isMark() {
    return type.equals(MARK);
  }

  /** Whether it is none of an application's events: a mark, or the event store's own. */
  public boolean isPassedOver() {
    return isMark() || type.startsWith("$");
  }

  /** How many bytes the store counts, in UTF-16 for the type. */
  public int size() {
    return data.length + metadata.length + 2 * type.length();
  }
}
