package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.ParkedFunctionsConfig;
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

/** Makes functions of {@link ParkedFunctions}, in applications that want them. */
@BuildSteps(onlyIf = ParkedFunctionsProcessor.IsEnabled.class)
class ParkedFunctionsProcessor {

  private static final Class<?> FUNCTIONS = ParkedFunctions.class;

  /** Whether the application wants them. */
  static class IsEnabled implements BooleanSupplier {

    private final ParkedFunctionsConfig config;

    IsEnabled(ParkedFunctionsConfig config) {
      this.config = config;
    }

    @Override
    public boolean getAsBoolean() {
      return config.enabled();
    }
  }

  @BuildStep
  AdditionalBeanBuildItem bean() {
    return AdditionalBeanBuildItem.unremovableOf(FUNCTIONS);
  }

  @BuildStep
  void functions(BuildProducer<FunctionBuildItem> functions) {
    functions.produce(function("list", "parked-events"));
    functions.produce(function("tryOut", "dry-run-parked"));
    functions.produce(function("replay", "replay-parked"));
    functions.produce(function("discard", "discard-parked"));
  }

  private static FunctionBuildItem function(String method, String name) {
    String descriptor =
        Stream.of(FUNCTIONS.getMethods())
            .filter(each -> each.getName().equals(method))
            .map(Type::getMethodDescriptor)
            .findFirst()
            .orElseThrow();
    return new FunctionBuildItem(FUNCTIONS.getName(), method, descriptor, name);
  }

  /** What goes in and comes out is read and written as JSON. */
  @BuildStep
  ReflectiveClassBuildItem json() {
    return ReflectiveClassBuildItem.builder(FUNCTIONS.getDeclaredClasses())
        .constructors()
        .methods()
        .fields()
        .build();
  }
}
