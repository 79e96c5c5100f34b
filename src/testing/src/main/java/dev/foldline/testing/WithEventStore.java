package dev.foldline.testing;

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
 * Gives the tests of a class an event store, as a parameter of type {@link EventStoreServer}:
 *
 * <pre>{@code
 * @WithEventStore
 * class TransferTest {
 *   @Test
 *   void moves_money(EventStoreServer store) { … store.connectionString() … }
 * }
 * }</pre>
 *
 * <p>Unless one is given, it keeps its events in a temporary place, listens on a free port of the
 * loopback interface, is started when it is first asked for and closed when all tests of the class
 * have run.
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
      return parameter.getParameter().getType() == EventStoreServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return ofTheClass(context)
          .getStore(STORES)
          .computeIfAbsent(
              EventStoreServer.class, _ -> EventStoreServer.start(), EventStoreServer.class);
    }

    private static ExtensionContext ofTheClass(ExtensionContext context) {
      return context.getTestMethod().isEmpty()
          ? context
          : ofTheClass(context.getParent().orElseThrow());
    }
  }
}
