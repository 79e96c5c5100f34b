package dev.foldline.quarkus;

import io.quarkus.runtime.annotations.Recorder;
import java.util.Set;
import java.util.function.Supplier;

/** Tells an application when it starts what was known when it was built. */
@Recorder
public class PropertiesRecorder {

  /** The properties that there are. */
  public Supplier<KnownProperties> known(Set<String> names) {
    return () -> new KnownProperties(names);
  }
}
