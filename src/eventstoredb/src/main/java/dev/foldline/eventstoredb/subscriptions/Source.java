package dev.foldline.eventstoredb.subscriptions;

import dev.foldline.core.Away;
import dev.foldline.eventstoredb.connection.Resolved;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Where a subscription gets its events; opened anew whenever it has ended. */
public interface Source {

  /** What it is, and what of it is otherwise than configured, for people. */
  String describe();

  /**
   * Opens the source, and creates on the server what it needs.
   *
   * @param sink hears of its events and of its end, on any thread
   */
  Uni<Session> open(Sink sink);

  /**
   * What it means that it could not be opened, or ended.
   *
   * @return {@link Away}, as the log is told, where the store is
   */
  Throwable failed(Throwable cause);

  /**
   * How an open source is.
   *
   * @param dead why it is dead, although it did not say so
   * @param backlog how many events wait for a consumer; at least, where there are very many
   * @param parked how many events are set aside
   */
  record Probe(Optional<String> dead, long backlog, long parked) {

    static Probe dead(String reason) {
      return new Probe(Optional.of(reason), 0, 0);
    }
  }

  /** What is to become of an event that was not processed. */
  enum Nack {
    PARK,
    /** It is delivered again; parked after too many times. */
    RETRY,
    SKIP
  }

  /** Hears of events. Does not throw. */
  interface Sink {

    /** An event, and how often it was delivered before. */
    void event(Resolved event, int retries);

    /** No more events will come. */
    void ended(Throwable cause);
  }

  /** An open source. Its calls come one at a time. */
  interface Session {

    void ack(List<Resolved> events);

    void nack(Nack action, String reason, Resolved event);

    /** Asks the server how it is. */
    Uni<Probe> probe();

    /** Closes it at once; the answer completes when what there is to keep of it is kept. */
    Uni<Void> close();
  }
}
