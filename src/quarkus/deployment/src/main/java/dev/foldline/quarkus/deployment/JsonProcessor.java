package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveHierarchyBuildItem;
import java.util.stream.Stream;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;

/** Registers for native executables what is stored as JSON, as JSON is made by reflection. */
class JsonProcessor {

  /**
   * Commands, which are hashed, states, events and documents, of whatever names a source of them.
   */
  @BuildStep
  void domains(
      CombinedIndexBuildItem combined, BuildProducer<ReflectiveHierarchyBuildItem> hierarchies) {
    IndexView index = combined.getIndex();
    ConstantsProcessor.TYPES.stream()
        .flatMap(
            source ->
                index.getKnownUsers(source).stream()
                    .flatMap(JsonProcessor::named)
                    .filter(type -> type.name().equals(source)))
        .filter(type -> type.kind() == Type.Kind.PARAMETERIZED_TYPE)
        .flatMap(type -> type.asParameterizedType().arguments().stream())
        .filter(
            type -> type.kind() == Type.Kind.CLASS || type.kind() == Type.Kind.PARAMETERIZED_TYPE)
        .distinct()
        .map(type -> ReflectiveHierarchyBuildItem.builder(type).source("Foldline's JSON").build())
        .forEach(hierarchies::produce);
  }

  private static Stream<Type> named(ClassInfo user) {
    return Stream.concat(
        user.fields().stream().map(FieldInfo::type),
        user.methods().stream().map(MethodInfo::returnType));
  }

  /** What Foldline itself writes and reads. */
  @BuildStep
  ReflectiveClassBuildItem own() {
    return ReflectiveClassBuildItem.builder(
            "dev.foldline.core.commands.RecentKeys$Entry",
            "dev.foldline.eventstoredb.events.Registry$Registration",
            "dev.foldline.eventstoredb.snapshots.SnapshotCodec$Snapshot",
            "dev.foldline.quarkus.http.FunctionRoute$Done",
            "dev.foldline.quarkus.http.Outcome$Problem")
        .constructors()
        .methods()
        .fields()
        .build();
  }
}
