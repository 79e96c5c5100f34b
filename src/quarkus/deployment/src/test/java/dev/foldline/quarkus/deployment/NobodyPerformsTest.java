package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.foldline.core.Activity;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application with an activity that nobody does is not built. */
class NobodyPerformsTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addClasses(Note.class, Sent.class, Holder.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          "the activity 'note' is done by one bean that implements Performs<Note,"
                              + " Sent>, and there are none"));

  public record Note() {}

  public record Sent() {}

  interface Holder {
    Activity<Note, Sent> NOTE = Activity.of("note", Note.class, Sent.class);
  }

  @Test
  void does_not_start() {
    fail("it started");
  }
}
