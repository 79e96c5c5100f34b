package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.OperationsConfig;
import dev.foldline.quarkus.processes.ProcessFunctions;
import dev.foldline.quarkus.projections.BuildFunctions;
import dev.foldline.quarkus.projections.ParkedFunctions;
import dev.foldline.quarkus.reactions.EffectFunctions;
import dev.foldline.quarkus.reactions.TimerFunctions;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.builditem.AdditionalIndexedClassesBuildItem;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.objectweb.asm.Type;

/** Makes functions of what operators do, in applications that want them. */
@BuildSteps(onlyIf = OperationsProcessor.IsEnabled.class)
class OperationsProcessor {

  private static final List<Class<?>> FUNCTIONS =
      List.of(
          ParkedFunctions.class,
          BuildFunctions.class,
          EffectFunctions.class,
          TimerFunctions.class,
          ProcessFunctions.class);

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

  /** They are in no index of their jar: an application without them need not know of them. */
  @BuildStep
  AdditionalIndexedClassesBuildItem index() {
    return new AdditionalIndexedClassesBuildItem(
        FUNCTIONS.stream()
            .flatMap(
                functions ->
                    Stream.concat(Stream.of(functions), Stream.of(functions.getDeclaredClasses())))
            .map(Class::getName)
            .toArray(String[]::new));
  }

  @BuildStep
  AdditionalBeanBuildItem beans() {
    return AdditionalBeanBuildItem.builder()
        .addBeanClasses(FUNCTIONS.toArray(Class<?>[]::new))
        .setUnremovable()
        .build();
  }

  @BuildStep
  void functions(BuildProducer<FunctionBuildItem> functions) {
    functions.produce(function(ParkedFunctions.class, "list", "parked-events"));
    functions.produce(function(ParkedFunctions.class, "tryOut", "dry-run-parked"));
    functions.produce(function(ParkedFunctions.class, "replay", "replay-parked"));
    functions.produce(function(ParkedFunctions.class, "discard", "discard-parked"));
    functions.produce(function(EffectFunctions.class, "list", "parked-effects"));
    functions.produce(function(EffectFunctions.class, "replay", "replay-effects"));
    functions.produce(function(EffectFunctions.class, "settle", "settle-effect"));
    functions.produce(function(TimerFunctions.class, "fire", "fire-timers"));
    functions.produce(function(ProcessFunctions.class, "list", "processes"));
    functions.produce(function(ProcessFunctions.class, "retryStep", "retry-step"));
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
}
