package dev.foldline.quarkus.deployment;

import io.quarkus.builder.item.SimpleBuildItem;
import java.util.Set;
import org.jboss.jandex.DotName;

/** The classes of all that an application writes or reads as JSON. */
final class JsonTypesBuildItem extends SimpleBuildItem {

  private final Set<DotName> names;

  JsonTypesBuildItem(Set<DotName> names) {
    this.names = names;
  }

  Set<DotName> names() {
    return names;
  }
}
