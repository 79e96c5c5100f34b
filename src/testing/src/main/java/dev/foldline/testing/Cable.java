package dev.foldline.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a neighbour on this machine that can be cut, go silent, freeze, or be led elsewhere.
 * Safe for use by many threads.
 */
public final class Cable implements AutoCloseable {

  private static final int SECONDS = 10;

  private final ServerSocket entrance;
  private final Thread doorkeeper;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile int target;
  private volatile boolean dead;
  private volatile CompletableFuture<Void> flowing = CompletableFuture.completedFuture(null);

  /**
   * @param target the neighbour's port
   */
  public Cable(int target) {
    this(0, target);
  }

  /**
   * @param port its own, 0 for any
   * @param target the neighbour's
   */
  Cable(int port, int target) {
    this.target = target;
    try {
      this.entrance = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.doorkeeper = Thread.ofVirtual().start(this::accept);
  }

  /** Whether somebody listens on a port. */
  public static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  public int port() {
    return entrance.getLocalPort();
  }

  /** Whether something is connected now. */
  boolean isConnected() {
    return !connections.isEmpty();
  }

  /** Breaks what is connected now; new connections are welcome. */
  public void cut() {
    connections.forEach(Connection::close);
  }

  /**
   * What is connected now stays so, and passes nothing on any more, as through a balancer that
   * forgot it; new connections are welcome.
   */
  public void silence() {
    connections.forEach(connection -> connection.silent = true);
  }

  /**
   * As {@link #silence()}; and new connections are made, and pass nothing on either, until it is
   * {@linkplain #revive() revived}.
   */
  public void die() {
    dead = true;
    silence();
  }

  /** New connections are welcome again; the earlier ones stay as they are. */
  public void revive() {
    dead = false;
  }

  /**
   * Holds back what either side sends, on new connections too, as if the neighbour's process were
   * stopped ({@code SIGSTOP}); nothing is lost.
   */
  public synchronized void freeze() {
    if (flowing.isDone()) {
      flowing = new CompletableFuture<>();
    }
  }

  /** Passes on what it held back, and what follows. */
  public synchronized void thaw() {
    flowing.complete(null);
  }

  /** Breaks what is connected now; new connections lead to another port. */
  public void lead(int other) {
    target = other;
    cut();
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
      new Connection(caller, callee).run();
    } catch (IOException _) {
      // The neighbour is away.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Connection {

    private final Socket caller;
    private final Socket callee;
    private volatile boolean silent = dead;

    Connection(Socket caller, Socket callee) {
      this.caller = caller;
      this.callee = callee;
    }

    void run() throws InterruptedException {
      connections.add(this);
      if (entrance.isClosed()) {
        close();
      }
      try {
        Thread back = Thread.ofVirtual().start(() -> pass(callee, caller));
        pass(caller, callee);
        back.join();
      } finally {
        connections.remove(this);
      }
    }

    private void pass(Socket from, Socket to) {
      byte[] bytes = new byte[65_536];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
          flowing.join();
          if (!silent) {
            out.write(bytes, 0, count);
          }
        }
      } catch (IOException _) {
        // It was cut; so is the other direction.
      } finally {
        close();
      }
    }

    private void close() {
      try (caller;
          callee) {
        silent = true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Breaks what is connected; its port is free when this returns. */
  @Override
  public void close() {
    try {
      entrance.close();
      cut();
      thaw();
      doorkeeper.join(Duration.ofSeconds(SECONDS)); // the port is taken for as long as it listens
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
