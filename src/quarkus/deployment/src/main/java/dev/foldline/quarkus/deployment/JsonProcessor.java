package dev.foldline.quarkus.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.funqy.deployment.FunctionBuildItem;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.ClassType;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;

/** Registers for native executables what is written as JSON, as JSON is made by reflection. */
@BuildSteps(onlyIf = IsNative.class)
class JsonProcessor {

  /** What Foldline itself writes and reads, and nobody declares. */
  static final List<String> OWN =
      List.of(
          "dev.foldline.core.commands.Handled",
          "dev.foldline.core.commands.RecentKeys$Entry",
          "dev.foldline.eventstoredb.events.Mark",
          "dev.foldline.eventstoredb.events.Registry$Registration",
          "dev.foldline.eventstoredb.snapshots.SnapshotCodec$Snapshot",
          "dev.foldline.quarkus.http.FunctionAnswer$Done",
          "dev.foldline.quarkus.http.Outcome$Problem",
          "dev.foldline.reactions.AnsweredProcesses$Answered",
          "dev.foldline.reactions.ProcessDocument",
          "dev.foldline.reactions.Registration$Registered",
          "dev.foldline.readmodels.Discards$Discarded");

  @BuildStep
  void values(
      CombinedIndexBuildItem combined,
      List<FunctionBuildItem> functions,
      BuildProducer<ReflectiveClassBuildItem> members,
      BuildProducer<GeneratedResourceBuildItem> shapes) {
    Set<DotName> types = types(combined, functions);
    members.produce(members(types));
    shapes.produce(shapes(types));
  }

  private static Set<DotName> types(
      CombinedIndexBuildItem combined, List<FunctionBuildItem> functions) {
    IndexView index = combined.getComputingIndex();
    Stream<Type> types =
        Stream.of(
                OWN.stream().map(ClassType::create),
                domains(combined.getIndex()),
                functions.stream().flatMap(function -> called(function, index)),
                ChannelTypes.in(combined.getIndex()))
            .flatMap(each -> each);
    return JsonTypes.of(types, index);
  }

  /**
   * Commands, which are hashed, states, events and documents, of whatever names a source of them.
   */
  private static Stream<Type> domains(IndexView index) {
    return ConstantsProcessor.TYPES.stream()
        .flatMap(
            source ->
                index.getKnownUsers(source).stream()
                    .flatMap(JsonProcessor::named)
                    .filter(type -> type.name().equals(source)))
        .filter(type -> type.kind() == Type.Kind.PARAMETERIZED_TYPE)
        .flatMap(type -> type.asParameterizedType().arguments().stream());
  }

  private static Stream<Type> named(ClassInfo user) {
    return Stream.concat(
        user.fields().stream().map(FieldInfo::type),
        user.methods().stream().map(MethodInfo::returnType));
  }

  /** What a function takes, and what it answers. */
  private static Stream<Type> called(FunctionBuildItem function, IndexView index) {
    return Stream.ofNullable(index.getClassByName(DotName.createSimple(function.getClassName())))
        .flatMap(functions -> functions.methods().stream())
        .filter(method -> method.name().equals(function.getMethodName()))
        .filter(method -> method.descriptor().equals(function.getDescriptor()))
        .flatMap(JsonProcessor::signature);
  }

  static Stream<Type> signature(MethodInfo method) {
    return Stream.concat(Stream.of(method.returnType()), method.parameterTypes().stream());
  }

  private static ReflectiveClassBuildItem members(Set<DotName> types) {
    return ReflectiveClassBuildItem.builder(
            types.stream().map(DotName::toString).toArray(String[]::new))
        .constructors()
        .methods()
        .fields()
        .reason("Foldline's JSON")
        .build();
  }

  /**
   * What a sealed interface permits, and what the components of a record are: Quarkus's file tells
   * neither, and an executable that is not told takes them for none.
   */
  private static GeneratedResourceBuildItem shapes(Set<DotName> types) {
    return new GeneratedResourceBuildItem(
        "META-INF/native-image/dev.foldline/json/reachability-metadata.json",
        types.stream()
            .map(name -> "{\"type\":\"" + name + "\"}")
            .collect(Collectors.joining(",\n", "{\"reflection\":[\n", "\n]}\n"))
            .getBytes(UTF_8));
  }

  /** What a consumer of a channel takes is looked up when its first message comes. */
  @BuildStep
  ReflectiveClassBuildItem consumers(CombinedIndexBuildItem combined) {
    return ReflectiveClassBuildItem.builder(
            ChannelTypes.consumers(combined.getIndex())
                .map(consumer -> consumer.name().toString())
                .distinct()
                .toArray(String[]::new))
        .constructors(false)
        .queryMethods()
        .reason("Foldline's channels")
        .build();
  }
}
