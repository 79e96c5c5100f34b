package dev.foldline.quarkus;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Takes Foldline's meters away when the application ends: one that is started again in the same
 * JVM, as for each profile of its tests, would go on showing those of what has ended.
 */
@Singleton
class Meters {

  void remove(@Observes ShutdownEvent event, MeterRegistry registry) {
    registry.getMeters().stream()
        .filter(meter -> meter.getId().getName().startsWith("foldline."))
        .forEach(registry::remove);
  }
}
