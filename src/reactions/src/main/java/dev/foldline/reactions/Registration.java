package dev.foldline.reactions;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Namespace;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.eventstoredb.events.Json;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Registers a reaction in the event store, once and for ever, with where in the log it begins: in
 * the stream {@code foldline-reaction-}, the namespace, a colon, and its name. What was there
 * before never leads to anything, whatever becomes of its subscription.
 */
final class Registration {

  private static final Logger LOG = Logger.getLogger(Registration.class);
  private static final String TYPE = "registered";

  private final EventStore store;
  private final String reaction;
  private final String application;
  private final String stream;
  private final Supplier<Uni<Long>> beginning;

  /**
   * @param application its Maven group, a colon, and its artifact
   * @param beginning behind which position it begins if it is new
   */
  Registration(
      EventStore store,
      Namespace namespace,
      String reaction,
      String application,
      Supplier<Uni<Long>> beginning) {
    this.store = store;
    this.reaction = reaction;
    this.application = application;
    this.stream = "foldline-reaction-" + namespace.of(reaction);
    this.beginning = beginning;
  }

  /**
   * What is known of a reaction, as it is stored, for ever.
   *
   * @param format the number of this form
   * @param position behind which it begins, −1 for the first event
   */
  record Registered(int format, String reaction, String application, long position) {

    static final int FORMAT = 1;
  }

  /**
   * Behind which position the reaction begins. Registers it, if it is new.
   *
   * @return fails with {@link IllegalStateException} where it is another application's, or the
   *     store gives no positions; with {@link Unavailable} where it is to be asked again
   */
  Uni<Long> position() {
    return found()
        .chain(
            known ->
                known
                    .map(position -> Uni.createFrom().item(position))
                    .orElseGet(() -> beginning.get().chain(this::register)));
  }

  private Uni<Optional<Long>> found() {
    return store
        .remaining(stream, 0, 1)
        .map(events -> events.stream().findFirst().map(this::parse));
  }

  private Uni<Long> register(long position) {
    StoredEvent event = new StoredEvent(UUID.randomUUID(), TYPE, data(position), new byte[0]);
    return store
        .append(stream, -1, List.of(event))
        .invoke(_ -> LOG.infof("%s begins behind position %d of the log", reaction, position))
        .replaceWithVoid()
        .onFailure(failure -> failure instanceof WrongRevision || failure instanceof OutcomeUnknown)
        .recoverWithNull()
        .chain(this::found)
        .map(
            known ->
                known.orElseThrow(
                    () -> new Unavailable("the event store does not keep what is registered")));
  }

  private byte[] data(long position) {
    try {
      return Json.MAPPER.writeValueAsBytes(
          new Registered(Registered.FORMAT, reaction, application, position));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private long parse(Recorded<StoredEvent> event) {
    if (event.position() < 0) {
      throw new IllegalStateException(
          "the event store gives no positions with the events of a stream, as 22.6 and later do");
    }
    Registered found = read(event.event());
    if (!found.application().equals(application)) {
      throw new IllegalStateException(
          "the reaction '%s' is that of %s, and this is %s: give it another name"
              .formatted(reaction, found.application(), application));
    }
    return found.position();
  }

  private static Registered read(StoredEvent event) {
    try {
      Registered found = Json.MAPPER.readValue(event.data(), Registered.class);
      if (found.format() == Registered.FORMAT) {
        return found;
      }
      throw new UnknownEvent(TYPE, "it is of format " + found.format());
    } catch (IOException e) {
      throw new UnknownEvent(TYPE, "it is not of format " + Registered.FORMAT + ": " + e);
    }
  }
}
