package dev.foldline.quarkus;

import io.quarkus.runtime.annotations.Recorder;
import java.util.List;
import java.util.function.Supplier;

/** Loads the constants of an application when it starts. */
@Recorder
public class ConstantsRecorder {

  /**
   * The constants of some classes.
   *
   * @throws IllegalArgumentException as {@link Constants#in} says
   */
  public Supplier<Constants> load(List<String> holders) {
    Constants constants = Constants.in(holders, Thread.currentThread().getContextClassLoader());
    return () -> constants;
  }
}
