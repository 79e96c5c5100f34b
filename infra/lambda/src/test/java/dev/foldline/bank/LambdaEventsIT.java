package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.foldline.bank.BankClient.Answer;
import io.smallrye.jwt.build.Jwt;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What comes to Lambda as an event")
class LambdaEventsIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String ISSUER = "https://issuer.example";
  private static final KeyPair KEYS = keys();

  /** Of the event store's, once a transfer's deadline of a minute has gone by. */
  private static final Duration LATER = Duration.ofMinutes(2);

  /** An account that is only looked at. */
  private static final String SHOWN = "shown";

  private static final String OWNER = "Jürgen Müller + Söhne";

  @TempDir static Path data;

  private static LambdaDeployment deployment;
  private static BankClient bank;

  private final String account = UUID.randomUUID().toString();

  @BeforeAll
  static void start() {
    String key = Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded());
    deployment =
        new LambdaDeployment(
            data, Map.of("MP_JWT_VERIFY_PUBLICKEY", key, "MP_JWT_VERIFY_ISSUER", ISSUER));
    bank = deployment.client();
    bank.post("open-account", "{\"account\":\"%s\",\"owner\":\"%s\"}".formatted(SHOWN, OWNER));
    bank.deposit(SHOWN, 1000);
    await().atMost(LIMIT).until(() -> bank.account(SHOWN).body().path("balance").asLong() == 1000);
  }

  @AfterAll
  static void stop() {
    deployment.close();
  }

  private static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("RSA").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer send(String function, String body, String... headers) {
    return bank.send(BankClient.posting(bank.request(function), body).headers(headers).build());
  }

  private static Answer deposit(String account, String... headers) {
    return send("deposit", "{\"account\":\"%s\",\"cents\":1}".formatted(account), headers);
  }

  /** Requests that change nothing, whatever becomes of them. */
  private static Stream<HttpRequest> requests() {
    String deposit = "{\"account\":\"%s\",\"cents\":0,\"ä\":\"é\"}".formatted(SHOWN);
    return Stream.of(
        asks("accounts-of?owner=J%C3%BCrgen%20M%C3%BCller+%2B+S%C3%B6hne"),
        asks("accounts-of?owner=J%C3%BCrgen+M%C3%BCller%20%2B%20S%C3%B6hne&limit=%31"),
        asks("accounts-of?owner=J%C3%BCrgen%20M%C3%BCller+S%C3%B6hne"),
        asks("account?account=shown&account=shown"),
        asks("account?account=sh%6Fwn&revision=1"),
        asks("account?account=shown&revision=%2B1"),
        asks("account?account=shown&at=2000-01-01T00:00:00%2B01:00"),
        asks("account?account=%C3%A4%26&%C3%BC=1"),
        asks("account"),
        asks("account?"),
        asks("account?account=shown", "If-None-Match", "\"7\", \"1\""),
        asks("account?account=shown", "If-None-Match", "W/\"7\",\"1\"", "Cookie", "a=1; b=\"2,3\""),
        asks("account?account=shown", "Consistency-Token", "account-shown@1,account-other@0"),
        asks("account?account=shown", "Consistency-Token", "account-shown@1"),
        asks("account?account=shown", "Accept", "text/html, application/json;q=0.9, */*;q=0.8"),
        bank.request("account?account=shown").HEAD().build(),
        asks("nothing"),
        asks("b%C3%A4nk"),
        asks("deposit"),
        bank.request("deposit").DELETE().build(),
        posts("application/json; charset=utf-8", deposit.getBytes(UTF_8)),
        posts("application/cloudevents+json", deposit.getBytes(UTF_8)),
        posts("application/json", deposit.getBytes(ISO_8859_1)),
        posts("application/octet-stream", new byte[] {0, (byte) 0xff, 10, 13}),
        posts("text/plain", "{}".getBytes(UTF_8)),
        posts("application/json", new byte[0]),
        posts("application/json", ("\"" + "x".repeat(70_000) + "\"").getBytes(UTF_8)),
        withdrawsTooMuch("Prefer", "wait=5, respond-async"),
        withdrawsTooMuch("If-Match", "\"0\", \"1\""),
        withdrawsTooMuch("If-Match", "W/\"1\""),
        withdrawsTooMuch("If-Match", "\"7,1\""),
        withdrawsTooMuch("If-None-Match", "*"),
        withdrawsTooMuch("X-Correlation-Id", "ü,1"));
  }

  private static HttpRequest withdrawsTooMuch(String... headers) {
    String body = "{\"account\":\"%s\",\"cents\":5000}".formatted(SHOWN);
    return BankClient.posting(bank.request("withdraw"), body).headers(headers).build();
  }

  private static HttpRequest asks(String path, String... headers) {
    HttpRequest.Builder request = bank.request(path);
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  private static HttpRequest posts(String type, byte[] body, String... headers) {
    HttpRequest.Builder request =
        bank.request("deposit").header("Content-Type", type).POST(BodyPublishers.ofByteArray(body));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void is_answered_as_what_comes_to_the_plain_application(HttpRequest request) {
    String path =
        request.uri().toString().substring(deployment.function().url().toString().length());
    HttpRequest same =
        HttpRequest.newBuilder(request, (_, _) -> true)
            .uri(deployment.awake().request(path).build().uri())
            .build();

    assertThat(told(bank.send(request))).isEqualTo(told(deployment.awake().send(same)));
  }

  /** What an answer says, but for what is another one each time, and what is the server's own. */
  private static Map<String, String> told(Answer answer) {
    Set<String> own = Set.of("content-length", "date", "transfer-encoding", "x-correlation-id");
    Map<String, String> told = new TreeMap<>();
    told.put("status", Integer.toString(answer.status()));
    told.put("body", answer.response().body());
    answer.response().headers().map().entrySet().stream()
        .filter(header -> !own.contains(header.getKey().toLowerCase(Locale.ROOT)))
        .forEach(
            header ->
                told.put(
                    header.getKey().toLowerCase(Locale.ROOT), String.join(",", header.getValue())));
    return told;
  }

  @Test
  void keeps_two_idempotency_keys_apart_that_have_commas() {
    bank.open(account);

    assertThat(deposit(account, "Idempotency-Key", "a,1").header("etag")).isEqualTo("\"1\"");
    assertThat(deposit(account, "Idempotency-Key", "a,2").header("etag")).isEqualTo("\"2\"");
    Answer again = deposit(account, "Idempotency-Key", "a,1");
    assertThat(again.header("etag")).isEqualTo("\"1\"");
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
  }

  @Test
  void has_its_headers_as_they_were_sent() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    String date = "Wed, 02 Dec 2026 01:44:14 GMT";
    bank.open(account);

    Answer answer =
        deposit(
            account,
            "X-Correlation-Id",
            date,
            "X-Causation-Id",
            " ,a, ,b,, ",
            "traceparent",
            trace,
            "tracestate",
            "a=1,b=2");

    assertThat(answer.header("x-correlation-id")).isEqualTo(date);
    JsonNode metadata = JSON.readTree(last("account-" + account).getUserMetadata());
    assertThat(metadata.path("$correlationId").asText()).isEqualTo(date);
    assertThat(metadata.path("$causationId").asText()).isEqualTo(",a, ,b,,");
    assertThat(metadata.path("traceparent").asText()).isEqualTo(trace);
  }

  private static RecordedEvent last(String stream) throws Exception {
    return deployment
        .neighbours()
        .store()
        .client()
        .readStream(stream, ReadStreamOptions.get().backwards().fromEnd().maxCount(1))
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .getEvents()
        .getFirst()
        .getOriginalEvent();
  }

  @Test
  void is_answered_with_text_where_the_answer_is_text() throws Exception {
    ObjectNode event = event("POST", "/deposit");
    event.withObject("/headers").put("content-type", "application/json");
    JsonNode refused = invoke(event.put("body", "{"));
    assertThat(refused.path("statusCode").asInt()).isEqualTo(400);
    assertThat(refused.path("isBase64Encoded").asBoolean()).isFalse();
    assertThat(refused.path("body").asText()).contains("\"status\":400");
    assertThat(refused.path("headers").path("Content-Type").asText())
        .isEqualTo("application/problem+json");

    bank.open(account);
    byte[] body = "{\"account\":\"%s\",\"cents\":1}".formatted(account).getBytes(UTF_8);
    event.put("body", Base64.getEncoder().encodeToString(body)).put("isBase64Encoded", true);
    JsonNode done = invoke(event);
    assertThat(done.path("statusCode").asInt()).isEqualTo(200);
    assertThat(done.path("body").asText()).contains("\"revision\":1");
    assertThat(done.path("headers").path("Consistency-Token").asText())
        .isEqualTo("account-" + account + "@1");
    assertThat(done.path("headers").path("ETag").asText()).isEqualTo("\"1\"");
  }

  private static ObjectNode event(String method, String path) {
    ObjectNode event = JSON.createObjectNode().put("version", "2.0").put("rawPath", path);
    event.putObject("headers");
    event.putObject("requestContext").putObject("http").put("method", method).put("path", path);
    return event;
  }

  private static JsonNode invoke(JsonNode event) throws IOException {
    return JSON.readTree(deployment.lambda().invoke(event.toString()));
  }

  /** A transfer's deadline is due by then, which comes to nothing where the transfer is over. */
  @Test
  void has_reminders_take_place_where_it_is_what_the_template_schedules() throws Exception {
    bank.open(account);
    bank.open("b-" + account);
    bank.deposit(account, 5);
    bank.post(
        "transfer-money",
        "{\"transfer\":\"%s\",\"from\":\"%s\",\"to\":\"b-%s\",\"cents\":5}"
            .formatted(account, account, account));
    await()
        .atMost(LIMIT)
        .until(
            () ->
                bank.get("transfer?transfer=" + account)
                    .body()
                    .path("state")
                    .asText()
                    .equals("done"));
    deployment.neighbours().stopStore();
    deployment.neighbours().startStore(LATER);
    await().atMost(LIMIT).until(() -> bank.deposit(account, 1).status() == 200);

    JsonNode fired = invoke(JSON.readTree(scheduled(token("operator"))));

    assertThat(fired.path("statusCode").asInt()).as(fired.toString()).isEqualTo(200);
    assertThat(JSON.readTree(fired.path("body").asText()).path("fired").asLong()).isPositive();
    assertThat(invoke(JSON.readTree(scheduled(token("teller")))).path("statusCode").asInt())
        .isEqualTo(403);
    assertThat(invoke(JSON.readTree(scheduled("none"))).path("statusCode").asInt()).isEqualTo(401);
  }

  private static String token(String role) {
    return Jwt.issuer(ISSUER).upn("scheduler").groups(Set.of(role)).sign(KEYS.getPrivate());
  }

  /** As CloudFormation makes it, which has the token from the secret. */
  private static String scheduled(String token) throws IOException {
    JsonNode input = schedule().path("Input").path("Fn::Sub");
    String sent =
        input.asText().replaceAll("\\{\\{resolve:secretsmanager:\\$\\{Secret}:[^}]*}}", token);
    assertThat(sent).doesNotContain("${", "{{").contains("Bearer " + token);
    return sent;
  }

  private static JsonNode schedule() throws IOException {
    return template().findValue("Timers").path("Properties");
  }

  static JsonNode template() throws IOException {
    return new ObjectMapper(new YAMLFactory()).readTree(Path.of("template.yaml").toFile());
  }

  /** In an invocation that succeeds: nobody would notice. */
  @Test
  void is_a_500_where_it_is_a_schedule_s_own() throws Exception {
    ObjectNode event =
        JSON.createObjectNode()
            .put("version", "0")
            .put("id", account)
            .put("detail-type", "Scheduled Event")
            .put("source", "aws.scheduler")
            .put("time", "2026-12-02T01:44:14Z");
    event.putArray("resources").addAll(List.of());
    event.putObject("detail");

    assertThat(invoke(event).path("statusCode").asInt()).isEqualTo(500);
  }
}
