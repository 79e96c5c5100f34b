package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application whose events can't be stored is not built, and says what to do. */
class UnstorableEventsTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addClasses(Work.class, Work.Begun.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          "Work can't be stored: Begun.on is a java.lang.Thread; name a record"));

  /** Its records are events. */
  public sealed interface Work {
    @Stored("work-begun")
    record Begun(Thread on) implements Work {}

    Category<Work> CATEGORY = Category.of("work", Work.class);
  }

  @Test
  void does_not_start() {
    fail("it started");
  }
}
