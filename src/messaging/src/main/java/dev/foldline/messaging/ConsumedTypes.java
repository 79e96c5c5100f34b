package dev.foldline.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * What the methods of the application's beans take from a channel: of a payload SmallRye tells the
 * class, and not of what it is.
 */
@ApplicationScoped
class ConsumedTypes {

  private final BeanManager beans;
  private final Map<String, Type> found = new ConcurrentHashMap<>();

  @Inject
  ConsumedTypes(BeanManager beans) {
    this.beans = beans;
  }

  /** The type with its arguments; the class alone if no method tells them, or they differ. */
  Type of(String channel, Class<?> taken) {
    return found.computeIfAbsent(channel + " " + taken.getName(), _ -> find(channel, taken));
  }

  private Type find(String channel, Class<?> taken) {
    Set<Type> types =
        beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
            .map(Bean::getBeanClass)
            .distinct()
            .flatMap(ConsumedTypes::methods)
            .filter(method -> consumes(method, channel))
            .filter(method -> Arrays.asList(method.getParameterTypes()).indexOf(taken) == 0)
            .map(method -> method.getGenericParameterTypes()[0])
            .collect(Collectors.toSet());
    return types.size() == 1 ? types.iterator().next() : taken;
  }

  private static Stream<Method> methods(Class<?> bean) {
    try {
      return Arrays.stream(bean.getDeclaredMethods());
    } catch (LinkageError _) {
      return Stream.of(); // of an optional library's that is not there: it is no consumer
    }
  }

  private static boolean consumes(Method method, String channel) {
    return Arrays.stream(method.getAnnotationsByType(Incoming.class))
        .anyMatch(incoming -> incoming.value().equals(channel));
  }
}
