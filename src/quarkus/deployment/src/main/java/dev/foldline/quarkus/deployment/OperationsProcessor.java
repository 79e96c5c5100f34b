package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.OperationsConfig;
import dev.foldline.quarkus.projections.BuildFunctions;
import dev.foldline.quarkus.projections.ParkedFunctions;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.objectweb.asm.Type;

/**
 * Makes functions of {@link ParkedFunctions} and {@link BuildFunctions}, in applications that want
 * them.
 */
@BuildSteps(onlyIf = OperationsProcessor.IsEnabled.class)
class OperationsProcessor {

  /** Whether the application wants them. */
  static class IsEnabled implements BooleanSupplier {

    private final OperationsConfig config;

    IsEnabled(OperationsConfig config) {
      this.config = config;
    }

    @Override
    public boolean getAsBoolean() {
      return config.enabled();
    }
  }

  @BuildStep
  AdditionalBeanBuildItem beans() {
    return AdditionalBeanBuildItem.builder()
        .addBeanClasses(ParkedFunctions.class, BuildFunctions.class)
        .setUnremovable()
        .build();
  }

  @BuildStep
  void functions(BuildProducer<FunctionBuildItem> functions) {
    functions.produce(function(ParkedFunctions.class, "list", "parked-events"));
    functions.produce(function(ParkedFunctions.class, "tryOut", "dry-run-parked"));
    functions.produce(function(ParkedFunctions.class, "replay", "replay-parked"));
    functions.produce(function(ParkedFunctions.class, "discard", "discard-parked"));
    functions.produce(function(BuildFunctions.class, "rebuild", "rebuild"));
    functions.produce(function(BuildFunctions.class, "switchBack", "switch-back"));
  }

  private static FunctionBuildItem function(Class<?> functions, String method, String name) {
    String descriptor =
        Stream.of(functions.getMethods())
            .filter(each -> each.getName().equals(method))
            .map(Type::getMethodDescriptor)
            .findFirst()
            .orElseThrow();
    return new FunctionBuildItem(functions.getName(), method, descriptor, name);
  }

  /** What goes in and comes out is read and written as JSON. */
  @BuildStep
  ReflectiveClassBuildItem json() {
    return ReflectiveClassBuildItem.builder(
            Stream.of(ParkedFunctions.class, BuildFunctions.class)
                .flatMap(functions -> Stream.of(functions.getDeclaredClasses()))
                .toArray(Class<?>[]::new))
        .constructors()
        .methods()
        .fields()
        .build();
  }
}
