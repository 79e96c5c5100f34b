package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.arc.deployment.ExcludedTypeBuildItem;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.RuntimeInitializedClassBuildItem;
import io.quarkus.test.QuarkusUnitTest;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A native executable")
class NativeTest {

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withEmptyApplication()
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("quarkus.native.enabled", "true")
          .addBuildChainCustomizer(NativeTest::check);

  private static void check(BuildChainBuilder builder) {
    builder
        .addBuildStep(
            context -> {
              assertThat(context.consumeMulti(ExcludedTypeBuildItem.class))
                  .extracting(ExcludedTypeBuildItem::getMatch)
                  .contains("dev.foldline.quarkus.EmbeddedStore");
              assertThat(context.consumeMulti(RuntimeInitializedClassBuildItem.class))
                  .extracting(RuntimeInitializedClassBuildItem::getClassName)
                  .contains("com.eventstore.dbclient.NodeSelector");
              Set<String> messages =
                  context.consumeMulti(ReflectiveClassBuildItem.class).stream()
                      .filter(ReflectiveClassBuildItem::isMethods)
                      .flatMap(item -> item.getClassNames().stream())
                      .collect(Collectors.toSet());
              assertThat(messages)
                  .contains(
                      "com.google.rpc.Status",
                      "com.google.rpc.Status$Builder",
                      "com.google.rpc.Code",
                      "com.eventstore.dbclient.proto.streams.StreamsOuterClass$BatchAppendResp");
              context.produce(new FeatureBuildItem("checked"));
            })
        .consumes(ExcludedTypeBuildItem.class)
        .consumes(RuntimeInitializedClassBuildItem.class)
        .consumes(ReflectiveClassBuildItem.class)
        .produces(FeatureBuildItem.class)
        .build();
  }

  @Test
  void has_no_event_store_inside_and_knows_the_protocol_of_those_outside() {
    // the build checks it
  }
}
