package dev.foldline.embedded.log;

/** A revision of a stream; in the order of streams, and of revisions within one. */
record Place(long stream, long revision) implements Comparable<Place> {

  @Override
  public int compareTo(Place other) {
    return stream == other.stream
        ? Long.compare(revision, other.revision)
        : Long.compare(stream, other.stream);
  }
}
