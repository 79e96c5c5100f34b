package dev.foldline.secured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.bank.AccountCommands;
import dev.foldline.bank.AccountQueries;
import dev.foldline.bank.BankQueries;
import dev.foldline.bank.TransferFunctions;
import dev.foldline.testing.ApplicationProcess;
import dev.foldline.testing.EventStoreServer;
import dev.foldline.testing.RedisProcess;
import dev.foldline.testing.Tokens;
import io.quarkus.funqy.Funq;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The bank for known callers, as it is deployed")
class SecuredIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path APPLICATION = Path.of("target", "quarkus-app");

  /** With {@code -Dtrained} the application is trained by this, as the bank is by its own tests. */
  private static final List<String> TRAINING =
      System.getProperty("trained") == null
          ? List.of()
          : List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=app.aotconf");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Tokens TOKENS = new Tokens("https://issuer.test");

  private static final String ADA = TOKENS.of("ada");
  private static final String BEA = TOKENS.of("bea");
  private static final String TELLER = TOKENS.of("tess", "teller");
  private static final String OPERATOR = TOKENS.of("olga", "operator");

  @TempDir static Path data;

  private static RedisProcess redis;
  private static EventStoreServer store;
  private static ApplicationProcess bank;

  @BeforeAll
  static void start() {
    redis = new RedisProcess("--appendonly", "yes", "--dir", data.toString());
    store = EventStoreServer.startProcess(data.resolve("store"));
    bank = new ApplicationProcess(APPLICATION, TRAINING, properties("prod,secured"), Map.of());
    bank.awaitReady("q/health/ready");
  }

  private static Map<String, String> properties(String profile) {
    return Map.of(
        "quarkus.profile",
        profile,
        "foldline.eventstoredb.connection-string",
        store.connectionString(),
        "quarkus.redis.hosts",
        redis.url(),
        "foldline.idempotency.keys",
        "test:MDEyMzQ1Njc4OWFiY2RlZg==",
        "mp.jwt.verify.issuer",
        "https://issuer.test",
        "mp.jwt.verify.publickey",
        TOKENS.publicKey());
  }

  @AfterAll
  static void stop() throws Exception {
    if (TRAINING.isEmpty()) {
      bank.close();
    } else {
      bank.end(Duration.ofMinutes(2)); // what was recorded takes its time to be written
      makeCache();
    }
    store.close();
    redis.close();
  }

  private static void makeCache() throws Exception {
    ProcessBuilder train =
        new ProcessBuilder(APPLICATION.resolve("run").toString(), "train").inheritIO();
    train.environment().put("JAVA_HOME", System.getProperty("java.home"));
    assertThat(train.start().waitFor(Duration.ofMinutes(2))).isTrue();
    assertThat(APPLICATION.resolve("app.aot")).exists();
    Files.delete(APPLICATION.resolve("app.aotconf"));
  }

  /** Who is not known by what they show. */
  enum Stranger {
    WITHOUT_TOKEN(""),
    OF_ANOTHER_KEY(TOKENS.signedByAnother("ada")),
    EXPIRED(TOKENS.expired("ada")),
    OF_ANOTHER_ISSUER(TOKENS.ofOtherIssuer("ada")),
    UNSIGNED(TOKENS.unsigned("ada")),
    NONSENSE("nonsense");

    private final String token;

    Stranger(String token) {
      this.token = token;
    }
  }

  /**
   * What there is of Bea's, and one thing of Ada's.
   *
   * @param key under which she made the deposit
   * @param token of her account
   */
  private record Beas(String account, String key, String token, String transfer, String adas) {

    static Beas make() {
      String account = UUID.randomUUID().toString();
      String adas = UUID.randomUUID().toString();
      done(post(BEA, "open-account", "{\"account\":\"%s\",\"owner\":\"Bea\"}".formatted(account)));
      done(post(ADA, "open-account", "{\"account\":\"%s\",\"owner\":\"Ada\"}".formatted(adas)));
      HttpResponse<String> deposit =
          send(posting(deposit(account)).header("Idempotency-Key", account), BEA);
      assertThat(done(deposit).path("revision").asInt()).isEqualTo(1);
      String transfer = UUID.randomUUID().toString();
      done(post(BEA, "transfer-money", asking(transfer, account, adas)));
      await()
          .atMost(LIMIT)
          .until(() -> state(BEA, transfer), state -> state.path("state").asText().equals("done"));
      String token = deposit.headers().firstValue("Consistency-Token").orElseThrow();
      return new Beas(account, account, token, transfer, adas);
    }

    private static Request deposit(String account) {
      return new Request("deposit", "{\"account\":\"%s\",\"cents\":500}".formatted(account));
    }
  }

  private record Request(String function, String body) {}

  private static String asking(String transfer, String from, String to) {
    return "{\"transfer\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"cents\":10}"
        .formatted(transfer, from, to);
  }

  private static JsonNode state(String token, String transfer) {
    return json(send(getting("transfer?transfer=" + transfer), token));
  }

  private static HttpRequest.Builder getting(String path) {
    return HttpRequest.newBuilder(bank.url().resolve(path)).timeout(LIMIT);
  }

  private static HttpRequest.Builder posting(Request request) {
    return getting(request.function())
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(request.body()));
  }

  private static HttpResponse<String> post(String token, String function, String body) {
    return send(posting(new Request(function, body)), token);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request, String token) {
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError(answer.body(), e);
    }
  }

  private static JsonNode done(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
    return json(answer);
  }

  /**
   * A call that concerns what is Bea's, and who may make it.
   *
   * @param of what is asked of all that is hers
   */
  private record Call(String function, Of of, int ada, int bea, int teller, int operator) {

    /** What is asked. */
    interface Of {
      HttpRequest.Builder of(Beas hers);
    }

    /** For its holder and tellers. */
    static Call hers(String function, Of of) {
      return new Call(function, of, 403, 200, 200, 403);
    }

    /** For those of a role alone. */
    static Call tellers(String function, Of of, int status) {
      return new Call(function, of, 403, 403, status, 403);
    }

    @Override
    public String toString() {
      return function;
    }
  }

  private static HttpRequest.Builder command(String function, String body, String id) {
    return posting(new Request(function, body.formatted(id)));
  }

  static Stream<Call> calls() {
    return Stream.of(
        new Call(
            "open-account",
            _ -> command("open-account", "{\"account\":\"%s\",\"owner\":\"x\"}", random()),
            200,
            200,
            200,
            200),
        Call.hers(
            "deposit",
            hers -> command("deposit", "{\"account\":\"%s\",\"cents\":1}", hers.account())),
        Call.hers(
            "withdraw",
            hers -> command("withdraw", "{\"account\":\"%s\",\"cents\":1}", hers.account())),
        new Call( // twice: it is closed by then
            "close-account",
            hers -> command("close-account", "{\"account\":\"%s\"}", hers.account()),
            403,
            200,
            422,
            403),
        Call.hers("account", hers -> getting("account?account=" + hers.account())),
        Call.hers("account", hers -> getting("account?revision=0&account=" + hers.account())),
        Call.hers(
            "account",
            hers -> getting("account?at=" + Instant.now() + "&account=" + hers.account())),
        Call.hers(
            "account",
            hers ->
                getting("account?account=" + hers.account())
                    .header("Consistency-Token", hers.token())),
        Call.hers("account-history", hers -> getting("account-history?account=" + hers.account())),
        new Call("accounts-of", _ -> getting("accounts-of?owner=Bea"), 200, 200, 200, 200),
        new Call( // operators see how far processes are
            "transfer",
            hers -> getting("transfer?transfer=" + hers.transfer()),
            403,
            200,
            200,
            200),
        new Call(
            "cancel-transfer",
            hers -> command("cancel-transfer", "{\"transfer\":\"%s\"}", hers.transfer()),
            403,
            422,
            422,
            403),
        new Call( // hers again: once more it is she who asks for it, else it is another's
            "transfer-money",
            hers ->
                posting(
                    new Request(
                        "transfer-money", asking(hers.transfer(), hers.account(), hers.adas()))),
            403,
            200,
            422,
            403),
        Call.tellers(
            "release-transfer",
            hers ->
                command("release-transfer", "{\"transfer\":\"%s\",\"to\":\"x\"}", hers.transfer()),
            422),
        Call.tellers("bank-totals", _ -> getting("bank-totals"), 200),
        Call.tellers("largest-accounts", _ -> getting("largest-accounts"), 200),
        Call.tellers("money", _ -> getting("money"), 200),
        new Call("fire-timers", _ -> posting(new Request("fire-timers", "{}")), 403, 403, 403, 200),
        new Call("processes", _ -> getting("processes?process=transfer"), 403, 403, 403, 200));
  }

  private static String random() {
    return UUID.randomUUID().toString();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void lets_callers_see_and_move_their_own_and_tellers_all(Call call) {
    Beas hers = Beas.make();
    Map<String, Integer> answers = new HashMap<>();
    answers.put("ada", status(call, hers, ADA));
    answers.put("operator", status(call, hers, OPERATOR));
    answers.put("bea", status(call, hers, BEA));
    answers.put("teller", status(call, hers, TELLER));

    assertThat(answers)
        .isEqualTo(
            Map.of(
                "ada", call.ada(),
                "operator", call.operator(),
                "bea", call.bea(),
                "teller", call.teller()));
  }

  /** What is forbidden tells nothing of what it is about. */
  private static int status(Call call, Beas hers, String token) {
    HttpResponse<String> answer = send(call.of().of(hers), token);
    if (answer.statusCode() == 403) {
      assertThat(json(answer).path("code").asText()).isEqualTo("forbidden");
      assertThat(answer.headers().map())
          .doesNotContainKeys("etag", "consistency-token", "idempotency-replayed");
      assertThat(answer.body()).doesNotContain(hers.account(), "revision");
    }
    return answer.statusCode();
  }

  @Test
  void has_a_line_above_for_each_function() {
    Stream<String> functions =
        Stream.of(
                AccountCommands.class,
                AccountQueries.class,
                BankQueries.class,
                TransferFunctions.class)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(method -> method.isAnnotationPresent(Funq.class))
            .map(method -> method.getAnnotation(Funq.class).value());
    assertThat(calls().map(Call::function)).containsAll(functions.toList());
  }

  @ParameterizedTest
  @EnumSource
  void answers_nobody_whom_it_does_not_know(Stranger stranger) {
    Beas nothing = new Beas(random(), random(), "account-x@1", random(), random());
    calls()
        .forEach(
            call -> {
              HttpResponse<String> answer = send(call.of().of(nothing), stranger.token);
              assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isEqualTo(401);
              assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer");
            });
  }

  @Test
  void shows_a_key_of_anothers_to_nobody() {
    Beas hers = Beas.make();
    HttpRequest.Builder again =
        posting(Beas.deposit(hers.account())).header("Idempotency-Key", hers.key());
    assertThat(send(again.copy(), BEA).headers().firstValue("Idempotency-Replayed"))
        .hasValue("true");
    HttpResponse<String> adas = send(again.copy(), ADA);
    assertThat(adas.statusCode()).isEqualTo(403);
    assertThat(adas.body()).doesNotContain("revision");
  }

  @Test
  void moves_no_money_of_anothers_by_a_transfer() {
    Beas hers = Beas.make();
    String transfer = random();
    HttpResponse<String> asked =
        send(
            posting(new Request("transfer-money", asking(transfer, hers.account(), hers.adas())))
                .header("Prefer", "wait=10"),
            ADA);
    assertThat(asked.statusCode()).as(asked.body()).isEqualTo(422);
    assertThat(json(asked).path("code").asText()).isEqualTo("not-owner");
    assertThat(state(ADA, transfer).path("state").asText()).isEqualTo("failed");
    assertThat(send(getting("transfer?transfer=" + transfer), BEA).statusCode()).isEqualTo(403);

    String tellers = random();
    done(post(TELLER, "transfer-money", asking(tellers, hers.account(), hers.adas())));
    await()
        .atMost(LIMIT)
        .until(() -> state(TELLER, tellers), it -> it.path("state").asText().equals("done"));
  }

  @Test
  void lists_of_an_owner_what_the_caller_holds() {
    Beas hers = Beas.make();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(accounts(BEA).findValuesAsText("account")).contains(hers.account()));
    assertThat(accounts(TELLER).findValuesAsText("account")).contains(hers.account());
    assertThat(accounts(ADA).path("entries")).isEmpty();
  }

  private static JsonNode accounts(String token) {
    return done(send(getting("accounts-of?owner=Bea"), token));
  }

  @Test
  void says_nothing_more_of_a_token_than_that_it_is_wrong() {
    HttpResponse<String> answer = send(getting("money"), TOKENS.expired("ada"));
    assertThat(json(answer).path("code").asText()).isEqualTo("unauthorized");
    assertThat(answer.body()).doesNotContain("xpir", "sig", "ada");
  }

  @Test
  void works_by_what_its_operators_have_to_find_out() throws Exception {
    ProcessBuilder smoke = new ProcessBuilder("../smoke", bank.url().toString());
    smoke.environment().put("AUTHORIZATION", "Bearer " + TOKENS.of("smoke"));
    Process known = smoke.start();
    assertThat(known.inputReader().lines().toList()).contains("it works");
    assertThat(known.waitFor(LIMIT)).isTrue();

    smoke.environment().remove("AUTHORIZATION");
    Process stranger = smoke.start();
    assertThat(stranger.errorReader().lines().toList())
        .singleElement()
        .asString()
        .startsWith("FAILED an account is opened: 401");
    assertThat(stranger.waitFor(LIMIT)).isTrue();
  }
}
