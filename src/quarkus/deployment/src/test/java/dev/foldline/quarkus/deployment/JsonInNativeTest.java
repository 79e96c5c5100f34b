package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Stored;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.test.QuarkusUnitTest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is stored as JSON can be read in a native executable. */
class JsonInNativeTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar ->
                  jar.addClasses(
                      Domain.class,
                      Domain.Command.class,
                      Domain.State.class,
                      Domain.On.class,
                      Domain.Event.class,
                      Domain.Switched.class,
                      Domain.By.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .addBuildChainCustomizer(JsonInNativeTest::check);

  /** Names its types in a field, as deciders do. */
  public static final class Domain {

    record Command() {}

    sealed interface State {}

    record On(By by) implements State {}

    sealed interface Event {}

    @Stored("switched")
    record Switched(By by) implements Event {}

    record By(String name) {}

    static final Decider<Command, State, Event> DECIDER =
        new Decider<>(
            Category.of("lamp", Event.class),
            _ -> "1",
            new On(new By("")),
            (_, _) -> List.of(),
            (state, _) -> state);

    private Domain() {}
  }

  private static void check(BuildChainBuilder builder) {
    builder
        .addBuildStep(
            context -> {
              Set<String> registered =
                  context.consumeMulti(ReflectiveClassBuildItem.class).stream()
                      .filter(item -> item.isConstructors() && item.isMethods())
                      .flatMap(item -> item.getClassNames().stream())
                      .collect(Collectors.toSet());
              assertThat(registered)
                  .contains(
                      Domain.Command.class.getName(),
                      Domain.On.class.getName(),
                      Domain.Switched.class.getName(),
                      Domain.By.class.getName(),
                      "dev.foldline.core.commands.RecentKeys$Entry",
                      "dev.foldline.eventstoredb.snapshots.SnapshotCodec$Snapshot",
                      "dev.foldline.quarkus.http.FunctionRoute$Done",
                      "dev.foldline.quarkus.http.Outcome$Problem");
              context.produce(new FeatureBuildItem("checked"));
            })
        .consumes(ReflectiveClassBuildItem.class)
        .produces(FeatureBuildItem.class)
        .build();
  }

  @Test
  void is_registered_when_the_application_is_built() {
    // the build checks it
  }
}
