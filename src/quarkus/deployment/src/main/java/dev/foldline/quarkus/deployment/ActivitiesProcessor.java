package dev.foldline.quarkus.deployment;

import dev.foldline.core.Activity;
import dev.foldline.core.Performs;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.arc.processor.BeanInfo;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import jakarta.inject.Singleton;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.ParameterizedType;
import org.jboss.jandex.Type;

/** Sees to it that each activity of an application is done by one bean. */
class ActivitiesProcessor {

  private static final DotName PERFORMS = DotName.createSimple(Performs.class);

  /** They are singletons, unless they say otherwise. */
  @BuildStep
  AdditionalBeanBuildItem beans(CombinedIndexBuildItem combined) {
    return AdditionalBeanBuildItem.builder()
        .addBeanClasses(
            combined.getIndex().getAllKnownImplementations(PERFORMS).stream()
                .filter(type -> !Modifier.isAbstract(type.flags()))
                .map(ClassInfo::name)
                .map(DotName::toString)
                .toArray(String[]::new))
        .setDefaultScope(DotName.createSimple(Singleton.class))
        .setUnremovable()
        .build();
  }

  /** Producers may make them too. */
  @BuildStep
  UnremovableBeanBuildItem keep() {
    return UnremovableBeanBuildItem.beanTypes(PERFORMS);
  }

  @BuildStep
  void check(
      ConstantsBuildItem constants,
      BeanDiscoveryFinishedBuildItem beans,
      BuildProducer<ValidationErrorBuildItem> errors) {
    for (Activity<?, ?> activity : constants.found().activities()) {
      List<String> performers =
          beans.beanStream().stream()
              .filter(bean -> bean.getTypes().contains(performs(activity)))
              .map(BeanInfo::toString)
              .sorted()
              .toList();
      if (performers.size() != 1) {
        errors.produce(
            new ValidationErrorBuildItem(
                new IllegalArgumentException(
                    "the activity '%s' is done by one bean that implements Performs<%s, %s>, and there are %s"
                        .formatted(
                            activity,
                            activity.input().getSimpleName(),
                            activity.result().getSimpleName(),
                            performers.isEmpty() ? "none" : performers))));
      }
    }
  }

  private static Type performs(Activity<?, ?> activity) {
    return ParameterizedType.create(
        PERFORMS, Type.create(activity.input()), Type.create(activity.result()));
  }
}
