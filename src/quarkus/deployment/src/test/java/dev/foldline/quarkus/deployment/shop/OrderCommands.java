package dev.foldline.quarkus.deployment.shop;

import java.util.List;
import java.util.Map;

/** What {@link OrderCommand} permits. */
public final class OrderCommands {

  private OrderCommands() {}

  record Place(String order, Map<String, List<? extends Wish>> wishes) implements OrderCommand {}

  record Cancel(String order) implements OrderCommand {}

  /** Behind a wildcard. */
  sealed interface Wish {

    record ByName(String name) implements Wish {}
  }
}
