package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.foldline.core.Activity;
import dev.foldline.core.Performs;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application with an activity that two beans do is not built. */
class TwoPerformTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar -> jar.addClasses(One.class, Other.class, Note.class, Sent.class, Holder.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          "the activity 'note' is done by one bean that implements Performs<Note,"
                              + " Sent>, and there are ["));

  public record Note() {}

  public record Sent() {}

  interface Holder {
    Activity<Note, Sent> NOTE = Activity.of("note", Note.class, Sent.class);
  }

  public static class One implements Performs<Note, Sent> {

    @Override
    public Sent perform(Note note, Attempt attempt) {
      return new Sent();
    }
  }

  public static class Other implements Performs<Note, Sent> {

    @Override
    public Sent perform(Note note, Attempt attempt) {
      return new Sent();
    }
  }

  @Test
  void does_not_start() {
    fail("it started");
  }
}
