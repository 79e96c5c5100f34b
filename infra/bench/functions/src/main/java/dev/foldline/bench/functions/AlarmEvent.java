package dev.foldline.bench.functions;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import java.time.Instant;

/** What happens to an alarm, which rings once. */
public sealed interface AlarmEvent {

  Category<AlarmEvent> ALARMS = Category.of("alarm", AlarmEvent.class);

  @Stored("alarm-set")
  record Set(Instant at) implements AlarmEvent {}

  @Stored("alarm-rang")
  record Rang() implements AlarmEvent {}
}
