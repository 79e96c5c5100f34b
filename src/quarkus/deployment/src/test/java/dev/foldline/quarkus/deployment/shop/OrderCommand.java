package dev.foldline.quarkus.deployment.shop;

/** Commands that are held by another class. */
public sealed interface OrderCommand permits OrderCommands.Place, OrderCommands.Cancel {

  String order();
}
