package dev.foldline.messaging;

import static java.util.stream.Collectors.toSet;

import dev.foldline.core.Spelling;
import io.smallrye.reactive.messaging.annotations.ConnectorAttribute;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * The names of a channel's attributes. One that there is not would be passed over, and the channel
 * be otherwise than it was meant.
 */
final class Attributes {

  private static final Logger LOG = Logger.getLogger(Attributes.class);

  /** What SmallRye reads of every channel. */
  private static final Set<String> OF_ALL_CHANNELS =
      Set.of(
          "connector",
          "type",
          "channel-name",
          "enabled",
          "merge",
          "broadcast",
          "concurrency",
          "pausable",
          "initially-paused",
          "pausable.initially-paused",
          "pausable.late-subscription",
          "pausable.buffer-size",
          "pausable.buffer-strategy");

  private static final Set<String> KNOWN =
      Stream.concat(
              OF_ALL_CHANNELS.stream(),
              Arrays.stream(
                      EventStoreConnector.class.getAnnotationsByType(ConnectorAttribute.class))
                  .map(ConnectorAttribute::name))
          .collect(toSet());

  private static final Set<String> VARIABLES =
      KNOWN.stream().map(Spelling::asVariable).collect(toSet());

  private Attributes() {}

  /**
   * Checks the names of a channel's attributes, and of those that all channels of the connector
   * share.
   *
   * @param own with what attributes begin that are somebody else's; empty for none
   * @throws IllegalArgumentException which names the attribute that there is not, and the one that
   *     is meant; an environment variable is only warned of
   */
  static void check(String channel, Config attributes, String own) {
    Set<String> told = new HashSet<>(); // a variable is a name in both spellings
    for (String name : attributes.getPropertyNames()) {
      if (KNOWN.contains(name) || (!own.isEmpty() && name.startsWith(own))) {
        continue;
      }
      if (!Spelling.isOfEnvironment(
          String.valueOf(attributes.getConfigValue(name).getSourceName()))) {
        throw new IllegalArgumentException(
            "%s: there is no attribute %s: is %s meant?"
                .formatted(channel, name, Spelling.nearest(name, KNOWN)));
      }
      String variable = Spelling.asVariable(name);
      if (!VARIABLES.contains(variable) && told.add(variable)) {
        LOG.warnf("%s: there is no attribute for the environment variable …%s", channel, variable);
      }
    }
  }
}
