package dev.foldline.reactions;

import dev.foldline.core.Category;
import dev.foldline.core.Reaction;
import dev.foldline.core.Reaction.Beginning;
import dev.foldline.core.Unavailable;
import dev.foldline.eventstoredb.subscriptions.Group;
import dev.foldline.eventstoredb.subscriptions.PersistentSource;
import dev.foldline.eventstoredb.subscriptions.Source;
import dev.foldline.redis.Timers;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.stream.Stream;

/**
 * The events of a reaction's category, from where it is registered to begin on: also where its
 * group is created anew.
 */
final class RegisteredSource implements Source {

  private static final int BUFFER = 1_000;

  private final Engine engine;
  private final Group group;
  private final String streams;
  private final Registration registration;
  private volatile PersistentSource source;
  private volatile long beginsBehind = -1;
  private volatile boolean registered;

  RegisteredSource(Engine engine, Reaction<?> reaction) {
    this.engine = engine;
    this.group = group(engine, reaction.name(), reaction);
    this.streams = String.valueOf(Group.ofCategories("", categories(reaction), BUFFER).filter());
    this.registration =
        new Registration(
            engine.store(),
            engine.namespace(),
            reaction.name(),
            engine.application(),
            () -> beginning(reaction));
    this.source = new PersistentSource(engine.store(), group, false);
  }

  private static List<String> categories(Reaction<?> reaction) {
    return Stream.concat(
            Stream.of(reaction.category()),
            reaction.answers().stream().map(answering -> answering.decider().category()))
        .map(Category::name)
        .distinct()
        .toList();
  }

  private static Group group(Engine engine, String name, Reaction<?> reaction) {
    return Group.ofCategories(
        engine.namespace().of("reaction-" + name), List.of(reaction.category().name()), BUFFER);
  }

  private Uni<Long> beginning(Reaction<?> reaction) {
    return switch (reaction.begins()) {
      case Beginning.Start() -> Uni.createFrom().item(-1L);
      case Beginning.End() -> engine.store().end();
      case Beginning.After(var other) ->
          new PersistentSource(engine.store(), group(engine, other, reaction), false)
              .ended()
              .call(() -> reaction.answers().isPresent() ? remindsNoMore(other) : nothing());
    };
  }

  /** What another reaction reminds of takes place by that one alone. */
  private Uni<Void> remindsNoMore(String other) {
    return new Timers(engine.models(), other)
        .pending()
        .invoke(
            pending -> {
              if (pending.reminders() > 0) {
                throw new Unavailable(
                    "%d reminders of %s are pending".formatted(pending.reminders(), other));
              }
            })
        .replaceWithVoid();
  }

  private static Uni<Void> nothing() {
    return Uni.createFrom().voidItem();
  }

  /** A regular expression of the streams of its events, and of those whom they remind. */
  String streams() {
    return streams;
  }

  /** Up to which position its events are settled, as far as the server has kept that. */
  Uni<Long> settled() {
    return source.settled();
  }

  /** What its group is called. */
  String group() {
    return group.name();
  }

  /** The position behind which the reaction begins, once it was opened. */
  long beginsBehind() {
    return beginsBehind;
  }

  /** Whether the reaction is known to be this application's. */
  boolean isRegistered() {
    return registered;
  }

  @Override
  public String describe() {
    return source.describe();
  }

  @Override
  public Uni<Session> open(Sink sink) {
    return position().chain(() -> source.open(sink));
  }

  /** Has the reaction be this application's, if it is nobody's yet. */
  Uni<Void> register() {
    return registered ? nothing() : position();
  }

  private Uni<Void> position() {
    return registration
        .position()
        .invoke(
            position -> {
              beginsBehind = position;
              source =
                  new PersistentSource(
                      engine.store(), group.from(new Group.From.Behind(position)), false);
              registered = true;
            })
        .replaceWithVoid();
  }

  @Override
  public Throwable failed(Throwable cause) {
    return source.failed(cause);
  }
}
