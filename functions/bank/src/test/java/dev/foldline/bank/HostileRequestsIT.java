package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foldline.bank.BankClient.Answer;
import dev.foldline.bank.HostileRequest.End;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bank as it is deployed, under requests that nobody should send, while others are honest.
 *
 * <p>{@code -Dhostile.requests=40000 -Dhostile.seed=7} for the long form; one request of a seed is
 * sent again with {@code -Dhostile.from=<its number> -Dhostile.requests=1}.
 */
@DisplayName("Hostile requests")
class HostileRequestsIT {

  private static final int ATTACKERS = 8;
  private static final int HONEST = 4;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** What the server waits for may never come. */
  private static final int LISTENS_MILLIS = 100;

  /** Behind a request, on the same connection: whoever answers it has come to the end of that. */
  private static final byte[] LAST =
      "GET /bank-totals HTTP/1.1\r\nHost: bank\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1);

  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] (\\d{3}) [^\\r\\n]*\\r\\n");

  /** What is nobody's business: addresses, names of classes, and other people's words. */
  static final Pattern INTERNALS =
      Pattern.compile(
          "dev\\.foldline|\\b(?:java|javax|jakarta|jdk|sun)\\.[a-z]|\\b(?:io|com|org|net)\\.[a-z]+\\.\\w"
              + "|Exception|Caused by|\\.java\\b|\\bat \\w+\\.|esdb|redis:|127\\.0\\.0\\.1|localhost"
              + "|Jackson|Netty|Vert\\.?x|Quarkus|RESTEasy|Hibernate"
              + "|Cannot |Unexpected|Unrecognized|JSON parse|\\(class |/tmp/|/root/|/home/");

  @TempDir Path data;

  private final long seed = Long.getLong("hostile.seed", new SplittableRandom().nextLong());
  private final int first = Integer.getInteger("hostile.from", 0);
  private final int count = Integer.getInteger("hostile.requests", 300);

  private final AtomicInteger next = new AtomicInteger(first);
  private final AtomicBoolean over = new AtomicBoolean();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final ConcurrentMap<String, AtomicInteger> statuses = new ConcurrentHashMap<>();

  @Test
  void are_answered_without_a_word_about_what_is_inside_and_keep_nobody_waiting() throws Exception {
    try (Neighbours neighbours = new Neighbours(data);
        BankProcess bank = BankProcess.start(neighbours.properties());
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Honest> honest =
          IntStream.range(0, HONEST)
              .mapToObj(i -> new Honest(bank.client(), "honest-" + i))
              .toList();
      List<Future<?>> working = new ArrayList<>();
      honest.forEach(each -> working.add(callers.submit(each)));
      List<Future<?>> attacks = new ArrayList<>();
      for (int i = 0; i < ATTACKERS; i++) {
        attacks.add(callers.submit(() -> attack(bank)));
      }
      for (Future<?> each : attacks) {
        each.get();
      }
      over.set(true);
      for (Future<?> each : working) {
        each.get();
      }

      System.out.println("hostile.seed " + seed + ", answers " + new TreeMap<>(statuses));
      assertThat(violations).as("seed %d", seed).isEmpty();
      assertThat(honest).allSatisfy(Honest::assertMoneyAddsUp);
      assertThat(bank.client().get("q/health").status()).isEqualTo(200);
      assertTotalsAddUp(bank.client());
      assertThat(bank.output().lines().filter(line -> line.contains(" ERROR "))).isEmpty();
    }
  }

  private void attack(BankProcess bank) {
    for (int i = next.getAndIncrement();
        i < first + count && violations.size() < 10;
        i = next.getAndIncrement()) {
      HostileRequest request = HostileRequest.of(new SplittableRandom(seed + i).nextLong());
      String answers = send(bank.port(), request, i);
      List<MatchResult> found = STATUS_LINE.matcher(answers).results().toList();
      for (int j = 0; j < found.size(); j++) {
        int end = j + 1 < found.size() ? found.get(j + 1).start() : answers.length();
        judge(
            Integer.parseInt(found.get(j).group(1)),
            answers.substring(found.get(j).start(), end),
            request,
            i);
      }
    }
  }

  private void judge(int status, String answer, HostileRequest request, int number) {
    statuses
        .computeIfAbsent(request.kind() + " " + status, _ -> new AtomicInteger())
        .incrementAndGet();
    if (status >= 500 && status != 501 && status != 505) {
      violation("a status of the server's own fault", number, request, answer);
    }
    if (INTERNALS.matcher(answer).find()) {
      violation("internals", number, request, answer);
    }
    String[] parts = answer.split("\r\n\r\n", 2);
    boolean isProblem =
        parts[0].toLowerCase(Locale.ROOT).contains("content-type: application/problem+json");
    if (status >= 400 && !isProblem && parts.length == 2 && !parts[1].isEmpty()) {
      violation("no problem of RFC 9457", number, request, answer);
    }
  }

  private void violation(String what, int number, HostileRequest request, String answer) {
    violations.add(
        "%s: -Dhostile.seed=%d -Dhostile.from=%d -Dhostile.requests=1%n%s%n%s"
            .formatted(what, seed, number, request.shown(), answer));
  }

  /** All that comes back until the connection is closed, or nothing more is to come. */
  private String send(int port, HostileRequest request, int number) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    long end = System.nanoTime() + LIMIT.toNanos();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(LISTENS_MILLIS);
      socket.getOutputStream().write(request.bytes());
      if (request.end() == End.CUT_OFF) {
        socket.setSoLinger(true, 0);
        return "";
      }
      socket.getOutputStream().write(LAST);
      while (!isAtEnd(socket, answers)) {
        if (request.end() == End.UNSURE || isLast(answers)) {
          break;
        } else if (System.nanoTime() > end) {
          violation("no answer", number, request, answers.toString(ISO_8859_1));
          break;
        }
      }
    } catch (SocketException _) {
      // closed by a server that had read enough
    } catch (IOException e) {
      violation("no connection: " + e, number, request, "");
    }
    return answers.toString(ISO_8859_1);
  }

  /** Whether the connection is closed; else nothing came for a moment. */
  private static boolean isAtEnd(Socket socket, ByteArrayOutputStream answers) throws IOException {
    try {
      socket.getInputStream().transferTo(answers);
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    }
  }

  /** Whether the server said that it answers nothing more: it leaves some connections open. */
  private static boolean isLast(ByteArrayOutputStream answers) {
    return answers
        .toString(ISO_8859_1)
        .toLowerCase(Locale.ROOT)
        .contains("\r\nconnection: close\r\n");
  }

  private static void assertTotalsAddUp(BankClient bank) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonNode totals = bank.get("bank-totals").body();
              assertThat(amount(totals, "balance"))
                  .isEqualTo(amount(totals, "deposited").subtract(amount(totals, "withdrawn")));
            });
  }

  private static BigInteger amount(JsonNode totals, String field) {
    return new BigInteger(totals.path(field).asText());
  }

  /** Puts money in and takes it out again, and is answered each time. */
  private final class Honest implements Runnable {

    private final BankClient bank;
    private final String account;
    private final AtomicLong balance = new AtomicLong();
    private String token = "";

    Honest(BankClient bank, String account) {
      this.bank = bank;
      this.account = account;
    }

    @Override
    public void run() {
      assertThat(bank.open(account).status()).isEqualTo(200);
      SplittableRandom random = new SplittableRandom(account.hashCode());
      while (!over.get()) {
        long cents = random.nextLong(1, 1_000);
        boolean withdraws = cents <= balance.get() && random.nextBoolean();
        Answer done = withdraws ? bank.withdraw(account, cents) : bank.deposit(account, cents);
        assertThat(done.status()).as(done.response().body()).isEqualTo(200);
        token = done.header("consistency-token");
        balance.addAndGet(withdraws ? -cents : cents);
        assertThat(seen().path("balance").asLong()).isEqualTo(balance.get());
      }
    }

    private JsonNode seen() {
      Answer seen =
          bank.send(
              bank.request("account?account=" + account)
                  .header("Consistency-Token", token)
                  .build());
      assertThat(seen.status()).as(seen.response().body()).isEqualTo(200);
      return seen.body();
    }

    void assertMoneyAddsUp() {
      assertThat(balance.get()).isPositive();
      assertThat(seen().path("balance").asLong()).isEqualTo(balance.get());
    }
  }
}
