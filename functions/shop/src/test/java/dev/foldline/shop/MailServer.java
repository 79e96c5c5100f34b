package dev.foldline.shop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Takes mail, as far as RFC 5321 asks that of every server, and keeps what each is known by. Of
 * some it does not say that it took them.
 */
final class MailServer implements AutoCloseable {

  private static final String ID = "message-id:";

  /** Of one of so many the first answer is lost. */
  private static final int LOST = 10;

  private final ServerSocket socket;
  private final List<Taken> taken = new CopyOnWriteArrayList<>();

  /**
   * A mail that came, maybe once more.
   *
   * @param isAnswered whether the sender was told
   */
  record Taken(String messageId, Instant at, boolean isAnswered) {}

  MailServer() {
    try {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Each that came, doubles among them. */
  List<Taken> taken() {
    return List.copyOf(taken);
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket caller = socket.accept();
        Thread.ofVirtual().start(() -> serve(caller));
      } catch (IOException _) {
        // It is closed, or the caller is gone.
      }
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      BufferedReader in = new BufferedReader(new InputStreamReader(caller.getInputStream(), UTF_8));
      OutputStream out = caller.getOutputStream();
      say(out, "220 here");
      @Nullable String line;
      while ((line = in.readLine()) != null) {
        String verb = line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT);
        switch (verb) {
          case "DATA" -> {
            say(out, "354 go on");
            String id = readMail(in);
            boolean isAnswered =
                id.hashCode() % LOST != 0
                    || taken.stream().anyMatch(each -> each.messageId().equals(id));
            taken.add(new Taken(id, Instant.now(), isAnswered));
            if (!isAnswered) {
              return;
            }
            say(out, "250 taken");
          }
          case "QUIT" -> {
            say(out, "221 bye");
            return;
          }
          default -> say(out, "250 fine");
        }
      }
    } catch (IOException _) {
      // The caller is gone.
    }
  }

  private static String readMail(BufferedReader in) throws IOException {
    String id = "";
    @Nullable String line;
    while ((line = in.readLine()) != null && !line.equals(".")) {
      if (line.toLowerCase(Locale.ROOT).startsWith(ID)) {
        id = line.substring(ID.length()).strip();
      }
    }
    if (line == null) {
      throw new IOException("it ends in the middle");
    }
    return id;
  }

  private static void say(OutputStream out, String answer) throws IOException {
    out.write((answer + "\r\n").getBytes(US_ASCII));
    out.flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
