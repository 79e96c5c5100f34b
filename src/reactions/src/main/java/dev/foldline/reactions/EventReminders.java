package dev.foldline.reactions;

import dev.foldline.core.Effect;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.effects.Cause;
import dev.foldline.core.effects.Stage;
import dev.foldline.reactions.Reminders.Reminded;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What stored events remind of, by a reaction. Safe for use by many threads. */
final class EventReminders<E> {

  private final EventEffects<E> effects;
  private final Executions<E> executions;

  EventReminders(EventEffects<E> effects, Executions<E> executions) {
    this.effects = effects;
    this.executions = executions;
  }

  /**
   * A reminder, for the index.
   *
   * @param effect its name
   * @param key under which it takes place
   */
  record Entry(String effect, UUID key, Instant due) {}

  private record Reminding<E>(Cause<E> cause, Effect.Remind<?> remind) {

    Instant due() {
      return cause.due(remind);
    }

    Entry entry() {
      return new Entry(remind.name(), cause.key(remind.name(), Stage.ACT), due());
    }
  }

  /** What an event reminds of. */
  Uni<List<Entry>> of(Recorded<StoredEvent> event) {
    return all(event).map(all -> all.stream().map(Reminding::entry).toList());
  }

  /** Sets all that an event reminds of. */
  Uni<Void> setAll(Recorded<StoredEvent> event, Executions.Later later) {
    return all(event)
        .chain(
            all -> {
              Uni<Void> set = Uni.createFrom().voidItem();
              for (Reminding<E> each : all) {
                set = set.chain(() -> later.set(each.cause(), each.remind()));
              }
              return set;
            });
  }

  private Uni<List<Reminding<E>>> all(Recorded<StoredEvent> event) {
    return effects
        .of(event)
        .map(
            caused -> {
              List<Reminding<E>> all = new ArrayList<>();
              caused.forEach(
                  one -> {
                    for (Effect effect : one.effects()) {
                      if (effect instanceof Effect.Remind<?> remind
                          && executions.canRemind(one.cause(), remind)) {
                        all.add(new Reminding<>(one.cause(), remind));
                      }
                    }
                  });
              return all;
            });
  }

  /**
   * Has a reminder of an event take place, if it is due.
   *
   * @param name of the reminder
   * @param now the store's time
   */
  Uni<Reminded> remind(Recorded<StoredEvent> event, String name, Instant now) {
    return all(event)
        .map(all -> all.stream().filter(each -> each.remind().name().equals(name)).toList())
        .chain(
            named ->
                named.isEmpty()
                    ? Uni.createFrom()
                        .item(new Reminded.Stuck("its event reminds of no such thing"))
                    : remind(named, now));
  }

  /** An upcaster may have made several events of one. */
  private Uni<Reminded> remind(List<Reminding<E>> named, Instant now) {
    Uni<End> end = Uni.createFrom().item(new End.Settled());
    for (Reminding<E> each : named) {
      if (!each.due().isAfter(now)) {
        end = end.chain(before -> executions.remind(each.cause(), each.remind()).map(before::and));
      }
    }
    return end.map(last -> reminded(last, named, now));
  }

  private Reminded reminded(End last, List<Reminding<E>> named, Instant now) {
    return switch (last) {
      case End.Settled() ->
          named.stream()
              .map(Reminding::due)
              .filter(due -> due.isAfter(now))
              .min(Instant::compareTo)
              .<Reminded>map(Reminded.Later::new)
              .orElseGet(Reminded.Over::new);
      case End.Waiting(var reason) -> new Reminded.Stuck(reason);
      case End.Parked(var reason) -> new Reminded.Stuck(reason);
    };
  }
}
