package dev.foldline.quarkus.projections;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a neighbour on this machine that can be cut: then every connection on it breaks. */
final class Cable implements AutoCloseable {

  private final ServerSocket entrance;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  Cable(int target) {
    this.target = target;
    try {
      this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Whether somebody listens on a port. */
  static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Breaks what is connected now; new connections are welcome. */
  void cut() {
    sockets.forEach(Cable::close);
  }

  private void accept() {
    try {
      while (true) {
        Socket caller = entrance.accept();
        Thread.ofVirtual().start(() -> connect(caller));
      }
    } catch (IOException _) {
      cut(); // it was closed
    }
  }

  private void connect(Socket caller) {
    try (caller;
        Socket callee = new Socket(InetAddress.getLoopbackAddress(), target)) {
      sockets.add(caller);
      sockets.add(callee);
      Thread back = Thread.ofVirtual().start(() -> pass(callee, caller));
      pass(caller, callee);
      back.join();
      sockets.remove(callee);
    } catch (IOException _) {
      close(caller); // the neighbour is away
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(caller);
    }
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // It was cut; so is the other direction.
    } finally {
      close(from);
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      entrance.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
