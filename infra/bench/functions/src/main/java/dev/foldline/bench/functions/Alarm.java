package dev.foldline.bench.functions;

import static dev.foldline.core.Effect.remind;

import dev.foldline.core.Decider;
import dev.foldline.core.Reaction;
import java.util.List;

/** An alarm: the shortest process that there is. */
record Alarm(boolean rang) {

  /** It is time. */
  record Ring(String alarm) {}

  static final Decider<Ring, Alarm, AlarmEvent> DECIDER =
      new Decider<>(
          AlarmEvent.ALARMS,
          Ring::alarm,
          new Alarm(false),
          (_, alarm) -> alarm.rang() ? List.of() : List.of(new AlarmEvent.Rang()),
          (alarm, event) -> new Alarm(alarm.rang() || event instanceof AlarmEvent.Rang));

  static final Reaction<AlarmEvent> NEXT =
      Reaction.of(
              "alarm-next",
              AlarmEvent.ALARMS,
              recorded ->
                  switch (recorded.event()) {
                    case AlarmEvent.Set(var at) ->
                        List.of(remind("ring", at, new Ring(recorded.id())));
                    case AlarmEvent.Rang() -> List.of();
                  })
          .answering(DECIDER, (recorded, _) -> new Ring(recorded.id()));
}
