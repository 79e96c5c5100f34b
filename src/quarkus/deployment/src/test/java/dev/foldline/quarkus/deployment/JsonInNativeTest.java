package dev.foldline.quarkus.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.quarkus.deployment.shop.Order;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.builder.BuildContext;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.test.QuarkusUnitTest;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("What is written as JSON, for a native executable")
class JsonInNativeTest {

  private static final String SHOP = Order.class.getPackageName() + ".";

  private static final List<String> OF_DOMAINS =
      List.of(
          "OrderCommand",
          "OrderCommands$Place",
          "OrderCommands$Cancel",
          "OrderCommands$Wish",
          "OrderCommands$Wish$ByName",
          "Order",
          "Order$None",
          "Order$Open",
          "Order$Stage",
          "Order$Stage$Packed",
          "Order$Place",
          "Order$Marked",
          "Order$Hint",
          "Order$Hint$Fragile",
          "OrderEvent",
          "OrderEvent$Placed",
          "OrderEvent$Ended",
          "OrderEvent$Ended$Shipped",
          "OrderEvent$Ended$Cancelled",
          "OrderEvent$Line",
          "OrderEvent$Line$Goods",
          "OrderEvent$Line$Service",
          "OrderEvent$Line$Service$Wrapped",
          "Priced",
          "OrderEvent$Size",
          "OrderEvent$Paper",
          "OrderEvent$Money",
          "OrderEvent$Voucher",
          "OrderEvent$Issuer",
          "OrderEvent$Parcel",
          "OrderEvent$Reason",
          "OrderEvent$Given",
          "OrderView",
          "OrderView$Badge",
          "OrderView$Badge$Gold");

  private static final List<String> OF_FUNCTIONS =
      List.of(
          "ShopFunctions$Question",
          "ShopFunctions$Filter",
          "ShopFunctions$Filter$ByColour",
          "ShopFunctions$Span",
          "ShopFunctions$Offer",
          "ShopFunctions$Offer$Discount");

  private static final List<String> OF_CHANNELS =
      List.of(
          "ShopChannels$Letter",
          "ShopChannels$Address",
          "ShopChannels$Bill",
          "ShopChannels$Bill$Paid",
          "ShopChannels$Stamp",
          "ShopChannels$Value",
          "ShopChannels$Call",
          "ShopChannels$Caller");

  /** What is answered and recorded by Foldline's own functions, too. */
  private static final List<String> OF_FOLDLINE =
      List.of(
          "dev.foldline.core.Listing$Page",
          "dev.foldline.core.Listing$RankedDocument",
          "dev.foldline.core.View",
          "dev.foldline.readmodels.EventRef",
          "dev.foldline.readmodels.Parking$Replayed",
          "dev.foldline.quarkus.projections.ParkedFunctions$Entry",
          "dev.foldline.quarkus.projections.BuildFunctions$Rebuild",
          "dev.foldline.quarkus.projections.BuildFunctions$Built");

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addPackage(Order.class.getPackage()))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("quarkus.native.enabled", "true")
          .overrideConfigKey("foldline.operations.enabled", "true")
          .addBuildChainCustomizer(JsonInNativeTest::check);

  private static void check(BuildChainBuilder builder) {
    builder
        .addBuildStep(
            context -> {
              assertThat(registered(context, item -> item.isMethods() && item.isConstructors()))
                  .containsAll(all());
              assertThat(registered(context, ReflectiveClassBuildItem::isQueryMethods))
                  .contains(SHOP + "ShopChannels");
              assertThat(shapes(context)).containsAll(all());
              context.produce(new FeatureBuildItem("checked"));
            })
        .consumes(ReflectiveClassBuildItem.class)
        .consumes(GeneratedResourceBuildItem.class)
        .produces(FeatureBuildItem.class)
        .build();
  }

  private static List<String> all() {
    Stream<String> ofShop =
        Stream.of(OF_DOMAINS, OF_FUNCTIONS, OF_CHANNELS)
            .flatMap(List::stream)
            .map(name -> SHOP + name);
    return Stream.of(ofShop, OF_FOLDLINE.stream(), JsonProcessor.OWN.stream())
        .flatMap(names -> names)
        .toList();
  }

  private static Set<String> registered(
      BuildContext context, Predicate<ReflectiveClassBuildItem> how) {
    return context.consumeMulti(ReflectiveClassBuildItem.class).stream()
        .filter(item -> item.getReason() != null && item.getReason().startsWith("Foldline's"))
        .filter(how)
        .flatMap(item -> item.getClassNames().stream())
        .collect(Collectors.toSet());
  }

  private static List<String> shapes(BuildContext context) {
    return context.consumeMulti(GeneratedResourceBuildItem.class).stream()
        .filter(resource -> resource.getName().endsWith("/reachability-metadata.json"))
        .flatMap(resource -> new String(resource.getData(), UTF_8).lines())
        .map(line -> line.replaceAll("\\{\"type\":\"(.*)\"},?", "$1"))
        .toList();
  }

  @Test
  void is_registered_with_its_shape_when_the_application_is_built() {
    // the build checks it
  }
}
