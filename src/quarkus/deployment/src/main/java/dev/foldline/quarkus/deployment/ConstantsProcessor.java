package dev.foldline.quarkus.deployment;

import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.ConstantsRecorder;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import jakarta.inject.Singleton;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jspecify.annotations.Nullable;

/**
 * Finds the categories, deciders, projections, reactions and activities that an application holds
 * in static fields, and checks what can be checked before it starts.
 */
class ConstantsProcessor {

  /** Of {@link Constants}. */
  static final List<DotName> TYPES = Constants.TYPES.stream().map(DotName::createSimple).toList();

  /** One thread initialises their holders, as interfaces that need each other do in two. */
  @BuildStep
  ConstantsBuildItem find(CombinedIndexBuildItem combined) {
    List<String> holders =
        TYPES.stream()
            .flatMap(type -> combined.getIndex().getKnownUsers(type).stream())
            .filter(ConstantsProcessor::holdsOne)
            .map(user -> user.name().toString())
            .distinct()
            .sorted()
            .toList();
    Constants found = Constants.in(holders, Thread.currentThread().getContextClassLoader());
    new EventCodec(found.categories()); // refuses what could not be stored and read again
    return new ConstantsBuildItem(holders, found);
  }

  @BuildStep
  @Record(ExecutionTime.STATIC_INIT)
  SyntheticBeanBuildItem bean(ConstantsBuildItem constants, ConstantsRecorder recorder) {
    return SyntheticBeanBuildItem.configure(Constants.class)
        .scope(Singleton.class)
        .supplier(recorder.load(constants.holders()))
        .done();
  }

  private static boolean holdsOne(ClassInfo user) {
    return user.fields().stream()
        .anyMatch(field -> Modifier.isStatic(field.flags()) && TYPES.contains(field.type().name()));
  }

  /** Of two functions of one name nobody would know which one is called. */
  @BuildStep
  void functions(
      List<FunctionBuildItem> functions, BuildProducer<ValidationErrorBuildItem> errors) {
    Map<String, FunctionBuildItem> named = new HashMap<>();
    for (FunctionBuildItem function : functions) {
      String name =
          Objects.requireNonNullElse(function.getFunctionName(), function.getMethodName());
      @Nullable FunctionBuildItem other = named.put(name, function);
      if (other != null) {
        errors.produce(
            new ValidationErrorBuildItem(
                new IllegalArgumentException(
                    "two functions are called '%s': rename %s.%s or %s.%s"
                        .formatted(
                            name,
                            other.getClassName(),
                            other.getMethodName(),
                            function.getClassName(),
                            function.getMethodName()))));
      }
    }
  }
}
