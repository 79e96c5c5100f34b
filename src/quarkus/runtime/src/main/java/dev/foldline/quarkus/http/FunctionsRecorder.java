package dev.foldline.quarkus.http;

import io.quarkus.arc.runtime.BeanContainer;
import io.quarkus.funqy.runtime.FunctionConstructor;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.runtime.annotations.Recorder;

/** Has Funqy make its functions as beans, as each binding of them does. */
@Recorder
public class FunctionsRecorder {

  /** For as long as the application runs. */
  @SuppressWarnings("NullAway") // it is null before, too
  public void makeAsBeans(BeanContainer beans, ShutdownContext shutdown) {
    FunctionConstructor.CONTAINER = beans;
    shutdown.addShutdownTask(() -> FunctionConstructor.CONTAINER = null);
  }
}
