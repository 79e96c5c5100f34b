package dev.foldline.reactions;

import dev.foldline.testing.Cable;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.StoreProxy;

/** The way of one instance to the store, which can break, freeze, fall silent and lose answers. */
final class Way implements AutoCloseable {

  final Cable cable;
  final StoreProxy proxy;

  Way(EventStoreServer server) {
    this.cable = new Cable(server.port());
    this.proxy = new StoreProxy(cable.port());
  }

  String connectionString() {
    return proxy.connectionString();
  }

  /** All is well again. What was silent breaks, so that nobody waits for it. */
  void heal() {
    proxy.appends(StoreProxy.Appends.PASS);
    cable.thaw();
    cable.cut();
  }

  @Override
  public void close() {
    proxy.close();
    cable.close();
  }
}
