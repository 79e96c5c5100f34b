package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.foldline.core.EventTypes;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application whose events can't be stored does not start, and says what to do. */
class UnstorableEventsTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addClasses(Work.class, Work.Begun.class, Events.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          "Work can't be stored: Begun.on is a java.lang.Thread; name a record"));

  /** Its records are events. */
  public sealed interface Work {
    record Begun(Thread on) implements Work {}
  }

  static class Events {
    @Produces
    @Singleton
    EventTypes<Work> types() {
      return EventTypes.of(Work.class, Map.of("work-begun", Work.Begun.class));
    }
  }

  @Test
  void does_not_start() {
    fail("it started");
  }
}
