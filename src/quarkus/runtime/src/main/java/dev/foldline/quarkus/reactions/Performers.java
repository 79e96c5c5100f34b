package dev.foldline.quarkus.reactions;

import dev.foldline.core.Activity;
import dev.foldline.core.Performs;
import io.quarkus.arc.Arc;
import io.quarkus.arc.impl.ParameterizedTypeImpl;

/** The beans that do activities. */
final class Performers {

  private Performers() {}

  /** That of an activity: there is one, as was seen when the application was built. */
  static Performs<?, ?> of(Activity<?, ?> activity) {
    return (Performs<?, ?>)
        Arc.requireContainer()
            .instance(
                new ParameterizedTypeImpl(Performs.class, activity.input(), activity.result()))
            .get();
  }
}
