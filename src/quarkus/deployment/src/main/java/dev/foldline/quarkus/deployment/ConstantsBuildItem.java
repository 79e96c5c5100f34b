package dev.foldline.quarkus.deployment;

import dev.foldline.quarkus.Constants;
import io.quarkus.builder.item.SimpleBuildItem;
import java.util.List;

/** The constants of the application, as they were found while it is built. */
final class ConstantsBuildItem extends SimpleBuildItem {

  private final List<String> holders;
  private final Constants found;

  /**
   * @param holders the names of the classes that hold them
   */
  ConstantsBuildItem(List<String> holders, Constants found) {
    this.holders = holders;
    this.found = found;
  }

  List<String> holders() {
    return holders;
  }

  Constants found() {
    return found;
  }
}
