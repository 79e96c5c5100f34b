package dev.foldline.quarkus.deployment;

import java.util.List;
import java.util.stream.Stream;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.Type;

/** What channels carry, in the applications that have some. */
final class ChannelTypes {

  private static final List<DotName> CONSUMERS =
      List.of(
          DotName.createSimple("org.eclipse.microprofile.reactive.messaging.Incoming"),
          DotName.createSimple("io.smallrye.reactive.messaging.annotations.Incomings"));

  private static final List<DotName> OTHERS =
      List.of(
          DotName.createSimple("org.eclipse.microprofile.reactive.messaging.Outgoing"),
          DotName.createSimple("io.smallrye.reactive.messaging.annotations.Outgoings"),
          DotName.createSimple("org.eclipse.microprofile.reactive.messaging.Channel"),
          DotName.createSimple("io.smallrye.reactive.messaging.annotations.Channel"));

  private ChannelTypes() {}

  /** What the ends of all channels are declared to take or to give, in whatever it comes. */
  static Stream<Type> in(IndexView index) {
    return Stream.concat(CONSUMERS.stream(), OTHERS.stream())
        .flatMap(end -> index.getAnnotations(end).stream())
        .flatMap(end -> declared(end.target()));
  }

  /** The classes with methods that take from channels. */
  static Stream<ClassInfo> consumers(IndexView index) {
    return CONSUMERS.stream()
        .flatMap(end -> index.getAnnotations(end).stream())
        .map(AnnotationInstance::target)
        .filter(end -> end.kind() == AnnotationTarget.Kind.METHOD)
        .map(end -> end.asMethod().declaringClass());
  }

  private static Stream<Type> declared(AnnotationTarget end) {
    return switch (end.kind()) {
      case FIELD -> Stream.of(end.asField().type());
      case METHOD -> JsonProcessor.signature(end.asMethod());
      case METHOD_PARAMETER -> Stream.of(end.asMethodParameter().type());
      case CLASS, TYPE, RECORD_COMPONENT -> Stream.of();
    };
  }
}
