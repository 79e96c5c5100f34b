package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.quarkus.funqy.Funq;
import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application with two functions of one name is not built: one of them would be hidden. */
class TwinFunctionsTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addClasses(Functions.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .assertException(
              failure ->
                  assertThat(failure).hasMessageContaining("two functions are called 'work'"));

  public static class Functions {

    @Funq("work")
    public String one() {
      return "one";
    }

    @Funq("work")
    public String other() {
      return "other";
    }
  }

  @Test
  void does_not_start() {
    fail("it started");
  }
}
