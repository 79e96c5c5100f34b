package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.http.FunctionsRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanContainerBuildItem;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.ShutdownContextBuildItem;
import io.quarkus.deployment.execannotations.ExecutionModelAnnotationsAllowedBuildItem;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import io.quarkus.vertx.http.deployment.RequireBodyHandlerBuildItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Funqy's functions need to be called over HTTP. */
class FunctionsProcessor {

  /** Funqy finds functions among beans: without this not those of a library that has no others. */
  @BuildStep
  AdditionalBeanBuildItem beans(CombinedIndexBuildItem classes) {
    return AdditionalBeanBuildItem.builder()
        .addBeanClasses(
            classes.getIndex().getAnnotations(Funq.class).stream()
                .map(function -> function.target().asMethod().declaringClass().name().toString())
                .distinct()
                .toList())
        .build();
  }

  /** Functions may be {@code @Blocking} or run on virtual threads. */
  @BuildStep
  ExecutionModelAnnotationsAllowedBuildItem whereTheyRun() {
    return new ExecutionModelAnnotationsAllowedBuildItem(
        method -> method.hasDeclaredAnnotation(Funq.class));
  }

  @BuildStep
  @Nullable RequireBodyHandlerBuildItem bodies(List<FunctionBuildItem> functions) {
    return functions.isEmpty() ? null : new RequireBodyHandlerBuildItem();
  }

  @BuildStep
  @Record(ExecutionTime.RUNTIME_INIT)
  void makeAsBeans(
      FunctionsRecorder recorder, BeanContainerBuildItem beans, ShutdownContextBuildItem shutdown) {
    recorder.makeAsBeans(beans.getValue(), shutdown);
  }
}
