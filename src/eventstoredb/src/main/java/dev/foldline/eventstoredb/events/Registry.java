package dev.foldline.eventstoredb.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foldline.core.Namespace;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.Streams;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.WrongRevision;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Registers an application in an event store under its namespace, which is then no other
 * application's, and beside which it has no other.
 *
 * <p>The stream {@code foldline-namespace-} and the namespace, and the stream {@code
 * foldline-application-} and the application, have one event each, which names both. Who deletes
 * such a stream frees what it is named after.
 */
public final class Registry {

  private static final String TYPE = "registered";
  private static final int ATTEMPTS = 10;
  private static final Pattern APPLICATION =
      Pattern.compile("(?=.{3,200}$)[A-Za-z0-9._-]+:[A-Za-z0-9._-]+");

  private final Registration own;

  /**
   * @param application its Maven group, a colon, and its artifact; at most 200 characters
   * @throws IllegalArgumentException if the application is not such a text
   */
  public Registry(Namespace namespace, String application) {
    if (!APPLICATION.matcher(application).matches()) {
      throw new IllegalArgumentException(
          "'" + application + "' is not a Maven group, a colon, and an artifact");
    }
    this.own = new Registration(Registration.FORMAT, namespace.name(), application);
  }

  /**
   * Which application has which namespace, as it is stored, for ever.
   *
   * @param format the number of this form
   */
  record Registration(int format, String namespace, String application) {

    static final int FORMAT = 1;

    String ofNamespace() {
      return "foldline-namespace-" + namespace;
    }

    String ofApplication() {
      return "foldline-application-" + application;
    }
  }

  /** The application may not use the store under its namespace; the message says what to do. */
  public static final class NotRegistered extends RuntimeException {

    private static final long serialVersionUID = 1;

    private NotRegistered(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Registers the application, unless it is registered already.
   *
   * @return fails with {@link NotRegistered} where the namespace is another application's, or the
   *     application has another one; with {@link Unavailable} while the store is away
   */
  public Uni<Void> register(Streams streams) {
    return register(streams, ATTEMPTS);
  }

  private Uni<Void> register(Streams streams, int attempts) {
    return isRegistered(streams, own.ofNamespace())
        .chain(
            namespace ->
                isRegistered(streams, own.ofApplication())
                    .call(_ -> namespace ? done() : add(streams, own.ofNamespace()))
                    .call(known -> known ? done() : add(streams, own.ofApplication())))
        .replaceWithVoid()
        .onFailure(failure -> failure instanceof WrongRevision || failure instanceof OutcomeUnknown)
        .recoverWithUni(() -> again(streams, attempts - 1));
  }

  /** Another instance was quicker, or the store did not answer: look what there is now. */
  private Uni<Void> again(Streams streams, int attempts) {
    return attempts > 0
        ? register(streams, attempts)
        : Uni.createFrom().failure(new Unavailable("the event store does not keep a namespace"));
  }

  private static Uni<Void> done() {
    return Uni.createFrom().voidItem();
  }

  private Uni<Boolean> isRegistered(Streams streams, String stream) {
    return Uni.createFrom()
        .completionStage(() -> streams.read(stream, 0, 1))
        .map(events -> events.stream().map(Recorded::event).map(Registry::parse).toList())
        .onFailure(Registry::isUnreadable)
        .transform(failure -> new NotRegistered(stream + " can't be read: " + failure.getMessage()))
        .invoke(found -> found.forEach(this::check))
        .map(found -> !found.isEmpty());
  }

  private static boolean isUnreadable(Throwable failure) {
    return failure instanceof UnknownEvent
        || failure instanceof Truncated
        || failure instanceof NotFound;
  }

  private void check(Registration found) {
    if (!found.application().equals(own.application())) {
      throw new NotRegistered(
          ("foldline.namespace: '%s' is the namespace of another application in this event store, %s,"
                  + " and this one is %s. Choose another; or, if this application takes the place of"
                  + " that one, delete the streams %s and %s")
              .formatted(
                  own.namespace(),
                  found.application(),
                  own.application(),
                  found.ofNamespace(),
                  found.ofApplication()));
    }
    if (!found.namespace().equals(own.namespace())) {
      throw new NotRegistered(
          ("foldline.namespace: %s has the namespace '%s' in this event store, not '%s'. Say"
                  + " foldline.namespace=%s; or, to begin anew without what it has there, delete the"
                  + " stream %s")
              .formatted(
                  own.application(),
                  found.namespace(),
                  own.namespace(),
                  found.namespace(),
                  found.ofApplication()));
    }
  }

  /** With an id of its own: a known one would count as appended after the stream was deleted. */
  private Uni<Void> add(Streams streams, String stream) {
    StoredEvent event = new StoredEvent(UUID.randomUUID(), TYPE, data(), new byte[0]);
    return Uni.createFrom()
        .completionStage(() -> streams.append(stream, -1, List.of(event)))
        .replaceWithVoid();
  }

  private byte[] data() {
    try {
      return Json.MAPPER.writeValueAsBytes(own);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Registration parse(StoredEvent event) {
    try {
      Registration found = Json.MAPPER.readValue(event.data(), Registration.class);
      if (found.format() != Registration.FORMAT) {
        throw new UnknownEvent(TYPE, "it is of format " + found.format());
      }
      return found;
    } catch (IOException e) {
      throw new UnknownEvent(TYPE, "it is not of format " + Registration.FORMAT + ": " + e);
    }
  }
}
