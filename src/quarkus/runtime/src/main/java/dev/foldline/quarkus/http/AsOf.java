package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** When a query looks at a stream. */
public sealed interface AsOf {

  /** As it is. */
  record Now() implements AsOf {}

  /** As it was after the event of this revision; it was not where it has not come to that. */
  record Revision(long revision) implements AsOf {}

  /** As it was at a time, by the event store's clock. */
  record Time(Instant time) implements AsOf {}

  /**
   * What a request asks for.
   *
   * @throws Invalid if it asks for both
   */
  static AsOf of(OptionalLong revision, Optional<Instant> at) {
    if (revision.isPresent() && at.isPresent()) {
      throw new Invalid("at", "at can't be given together with revision");
    }
    return revision.isPresent()
        ? new Revision(revision.getAsLong())
        : at.<AsOf>map(Time::new).orElseGet(Now::new);
  }
}
