package dev.foldline.messaging;

import static dev.foldline.eventstoredb.subscriptions.TestStore.own;

import dev.foldline.eventstoredb.subscriptions.TestStore;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.reactive.messaging.providers.extension.HealthCenter;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;

/**
 * An application in a CDI container that finds the connector by itself, as it does SmallRye's.
 *
 * <p>The names of channels may stand for themselves in its properties: {@code in.numbers.group},
 * {@code out.numbers.event-type}.
 */
final class Application implements AutoCloseable {

  private static final ConfigProviderResolver CONFIGS = ConfigProviderResolver.instance();

  private final Config config;
  private final WeldContainer container;

  Application(TestStore server, Map<String, String> properties, Class<?>... beans) {
    this(server.connectionString(), properties, beans);
  }

  /** An application that is told this of where the store is; nothing, if it is empty. */
  Application(String connectionString, Map<String, String> properties, Class<?>... beans) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    this.config =
        new SmallRyeConfigBuilder().withDefaultValues(expand(connectionString, properties)).build();
    CONFIGS.registerConfig(config, loader);
    try {
      this.container = new Weld().addBeanClasses(beans).initialize();
    } catch (RuntimeException e) {
      CONFIGS.releaseConfig(config);
      throw e;
    }
  }

  private static Map<String, String> expand(
      String connectionString, Map<String, String> properties) {
    Map<String, String> all = new HashMap<>();
    String connector = "mp.messaging.connector." + EventStoreConnector.NAME + ".";
    all.put(connector + "connection-string", connectionString);
    all.put(connector + "stop-timeout", "0");
    properties.forEach(
        (name, value) -> {
          String[] parts = name.split("\\.", 3);
          String channel =
              "mp.messaging."
                  + (parts[0].equals("in") ? "incoming." : "outgoing.")
                  + parts[1]
                  + ".";
          all.put(channel + "connector", EventStoreConnector.NAME);
          all.put(channel + parts[2], value);
          if (parts[0].equals("in")) {
            all.putIfAbsent(channel + "group", own(parts[1]));
          }
        });
    return all;
  }

  <T> T get(Class<T> bean) {
    return container.select(bean).get();
  }

  HealthCenter health() {
    return get(HealthCenter.class);
  }

  @Override
  public void close() {
    try {
      container.close();
    } finally {
      CONFIGS.releaseConfig(config);
    }
  }
}
