package dev.foldline.testing;

import dev.foldline.embedded.EmbeddedEventStore;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives the tests of a class an event store of their own, as a parameter of type {@link
 * EmbeddedEventStore}:
 *
 * <pre>{@code
 * @WithEventStore
 * class TransferTest {
 *   @Test
 *   void moves_money(EmbeddedEventStore store) { … store.connectionString() … }
 * }
 * }</pre>
 *
 * <p>It keeps its events in a temporary place, listens on a free port of the loopback interface, is
 * started when it is first asked for and closed when all tests of the class have run.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithEventStore.Extension.class)
public @interface WithEventStore {

  /** Starts the store, hands it to whoever asks, and closes it. */
  final class Extension implements ParameterResolver {

    private static final ExtensionContext.Namespace STORES =
        ExtensionContext.Namespace.create(WithEventStore.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == EmbeddedEventStore.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return ofTheClass(context)
          .getStore(STORES)
          .computeIfAbsent(
              EmbeddedEventStore.class,
              _ -> EmbeddedEventStore.builder().start(),
              EmbeddedEventStore.class);
    }

    private static ExtensionContext ofTheClass(ExtensionContext context) {
      return context.getTestMethod().isEmpty()
          ? context
          : ofTheClass(context.getParent().orElseThrow());
    }
  }
}
