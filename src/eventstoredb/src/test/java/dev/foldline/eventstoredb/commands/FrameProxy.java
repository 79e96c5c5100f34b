package dev.foldline.eventstoredb.commands;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Stands between a client and a store, understands HTTP/2 as far as its frames go, and does
 * something to each so many-th frame that the store sends. Safe for use by many threads.
 */
final class FrameProxy implements AutoCloseable {

  private static final int HEADER = 9;
  private static final byte DATA = 0;
  private static final byte RST_STREAM = 3;
  private static final byte GOAWAY_FRAME = 7;
  private static final int NO_ERROR = 0;
  private static final int INTERNAL_ERROR = 2;
  private static final int EVERY_STREAM = 0x7fffffff;

  /** What is done. */
  enum Fault {
    /** A call is reset, and what it was answered is lost. */
    RESET,
    /** The connection ends, and says so. */
    GOAWAY,
    /** The connection breaks. */
    BREAK,
    /** The connection stays open, and nothing comes of it any more. */
    HALF_OPEN
  }

  private final ServerSocket server;
  private final int storePort;
  private final int every;
  private final Random random;
  private final Fault[] faults;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Map<Fault, LongAdder> done = new ConcurrentHashMap<>();
  private int frames;

  FrameProxy(int storePort, int every, long seed, Fault... faults) throws IOException {
    this.storePort = storePort;
    this.every = every;
    this.random = new Random(seed);
    this.faults = faults;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String connectionString() {
    return "esdb://127.0.0.1:"
        + server.getLocalPort()
        + "?tls=false&keepAliveInterval=10000&keepAliveTimeout=1000";
  }

  /** How often each was done. */
  long times(Fault fault) {
    return done.getOrDefault(fault, new LongAdder()).sum();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket store = new Socket(InetAddress.getLoopbackAddress(), storePort);
        client.setTcpNoDelay(true);
        store.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(store);
        Thread.ofVirtual().start(() -> until(() -> requests(client, store), client, store));
        Thread.ofVirtual().start(() -> until(() -> answers(store, client), client, store));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void until(Work work, Socket client, Socket store) {
    try (client;
        store) {
      work.run();
    } catch (IOException _) {
      // one of both went away: so does the other
    }
  }

  private static void requests(Socket client, Socket store) throws IOException {
    client.getInputStream().transferTo(store.getOutputStream());
  }

  private void answers(Socket store, Socket client) throws IOException {
    DataInputStream in = new DataInputStream(store.getInputStream());
    OutputStream out = client.getOutputStream();
    byte[] header = new byte[HEADER];
    while (true) {
      in.readFully(header);
      ByteBuffer head = ByteBuffer.wrap(header);
      int length = head.getInt(0) >>> 8;
      byte type = head.get(3);
      int stream = head.getInt(5) & EVERY_STREAM;
      byte[] frame = ByteBuffer.allocate(HEADER + length).put(header).array();
      in.readFully(frame, HEADER, length);
      if (type != DATA || isSpared()) {
        out.write(frame);
        continue;
      }
      Fault due = next();
      done.computeIfAbsent(due, _ -> new LongAdder()).increment();
      switch (due) {
        case RESET -> out.write(frame(RST_STREAM, stream, INTERNAL_ERROR));
        case GOAWAY -> {
          out.write(frame(GOAWAY_FRAME, 0, stream, NO_ERROR));
          return;
        }
        case BREAK -> {
          return;
        }
        case HALF_OPEN -> in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private synchronized boolean isSpared() {
    return ++frames % every != 0;
  }

  private synchronized Fault next() {
    return faults[random.nextInt(faults.length)];
  }

  private static byte[] frame(byte type, int stream, int... payload) {
    ByteBuffer frame = ByteBuffer.allocate(HEADER + 4 * payload.length);
    frame.putInt(((4 * payload.length) << 8) | type).put((byte) 0).putInt(stream);
    for (int each : payload) {
      frame.putInt(each);
    }
    return frame.array();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket each : sockets) {
      each.close();
    }
  }
}
