package dev.foldline.quarkus;

import static java.util.stream.Collectors.toSet;

import dev.foldline.core.Spelling;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Refuses properties that begin with {@code foldline.} and that there are not: what was meant would
 * be passed over in silence. Of environment variables it is only warned, for platforms set some
 * that are called after whatever else runs there.
 */
@Singleton
class PropertyNames {

  private static final Logger LOG = Logger.getLogger("dev.foldline");
  private static final String OURS = "foldline.";
  private static final String VARIABLES = "FOLDLINE_";

  /** What the tests of Foldline itself are told, of a server that is to be used. */
  private static final String OF_TESTS = "foldline.test.";

  private final Set<String> known;
  private final Set<String> knownVariables;
  private final Config config;
  private final boolean test;
  private final Set<String> unknown = new TreeSet<>();
  private final Set<String> unknownVariables = new TreeSet<>();

  PropertyNames(KnownProperties properties, Config config, LaunchMode mode) {
    this.known = properties.names();
    this.knownVariables = known.stream().map(Spelling::asVariable).collect(toSet());
    this.config = config;
    this.test = mode == LaunchMode.TEST;
  }

  /** Before anything misses a property that was given under a wrong name. */
  void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event) {
    config.getPropertyNames().forEach(this::check);
    if (!unknownVariables.isEmpty()) {
      LOG.warnf("there are no properties for the environment variables %s", unknownVariables);
    }
    if (!unknown.isEmpty()) {
      throw new ConfigurationException(String.join("; ", unknown));
    }
  }

  private void check(String name) {
    String property = withoutProfile(name).replaceAll("\\[\\d+]$", "");
    if (property.startsWith(VARIABLES)) {
      checkVariable(property);
    } else if (property.startsWith(OURS) && !known.contains(property)) {
      String source = String.valueOf(config.getConfigValue(name).getSourceName());
      if (Spelling.isOfEnvironment(source)) {
        checkVariable(Spelling.asVariable(property));
      } else if (!(test && property.startsWith(OF_TESTS))) {
        unknown.add(
            "there is no property %s, which %s has: is %s meant?"
                .formatted(name, source, Spelling.nearest(property, known)));
      }
    }
  }

  private void checkVariable(String variable) {
    if (!knownVariables.contains(variable)) {
      unknownVariables.add(variable);
    }
  }

  /** Of whichever profile, as {@code %prod.foldline.data}. */
  private static String withoutProfile(String name) {
    return name.startsWith("%") ? name.substring(name.indexOf('.') + 1) : name;
  }
}
