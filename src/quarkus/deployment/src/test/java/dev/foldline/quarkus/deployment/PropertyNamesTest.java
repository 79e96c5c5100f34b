package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.quarkus.test.QuarkusUnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An application does not start with properties that there are not, of whichever profile; those of
 * build time are known.
 */
class PropertyNamesTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withEmptyApplication()
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("foldline.devservices.port", "2114")
          .overrideConfigKey("foldline.operations.enabled", "false")
          .overrideConfigKey("foldline.operations.role", "operator")
          .overrideConfigKey("foldline.snapshots.except[0]", "account")
          .overrideConfigKey("%prod.foldline.comands.timeout", "1s")
          .overrideConfigKey("foldline.name-space", "bank")
          .assertException(
              failure ->
                  assertThat(failure)
                      .hasMessageContainingAll(
                          "there is no property %prod.foldline.comands.timeout",
                          "is foldline.commands.timeout meant?",
                          "there is no property foldline.name-space",
                          "is foldline.namespace meant?")
                      .message()
                      .doesNotContain("devservices", "operations", "snapshots"));

  @Test
  void does_not_start() {
    fail("it started");
  }
}
