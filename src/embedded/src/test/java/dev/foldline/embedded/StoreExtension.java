package dev.foldline.embedded;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One store without projections per test class, handed out as a parameter, and so is a {@link Wire}
 * to it.
 */
final class StoreExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
  private @Nullable EmbeddedEventStore store;
  private @Nullable Wire wire;

  @Override
  public void beforeAll(ExtensionContext context) {
    EmbeddedEventStore started = EmbeddedEventStore.builder().projections(false).start();
    store = started;
    wire = new Wire(started);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == EmbeddedEventStore.class || type == Wire.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return requireNonNull(parameter.getParameter().getType() == Wire.class ? wire : store);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    requireNonNull(wire).close();
    requireNonNull(store).close();
  }
}
