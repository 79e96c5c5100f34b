package dev.foldline.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.core.WrongRevision;
import dev.foldline.openapi.Document.Call;
import dev.foldline.openapi.Document.Parameter;
import dev.foldline.openapi.Driver.Answer;
import dev.foldline.openapi.Driver.Asking;
import dev.foldline.openapi.Samples.Broken;
import dev.foldline.openapi.Samples.Fullness;
import dev.foldline.testing.RedisProcess;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** With {@code -Dopenapi.cases=200 -Dopenapi.seed=7} it asks for more, and for others. */
@QuarkusTest
@TestProfile(WithUsers.class)
@DisplayName("Every function")
class DocumentedFunctionsTest {

  private static final int CASES = Integer.getInteger("openapi.cases", 5);
  private static final long SEED = Long.getLong("openapi.seed", 21);

  /** What functions say themselves of what no schema can: these fields may be refused. */
  private static final Map<String, Set<String>> BEYOND_SCHEMAS =
      Map.of(
          "/account", Set.of("at"),
          "/accounts-of", Set.of("after"),
          "/largest-accounts", Set.of("after"),
          "/processes", Set.of("state", "olderThan", "after"));

  private static final List<String> BANK_COMMANDS =
      List.of(
          "/open-account",
          "/deposit",
          "/withdraw",
          "/close-account",
          "/transfer-money",
          "/cancel-transfer");

  private static final List<String> ACROSS_STREAMS =
      List.of("/accounts-of", "/largest-accounts", "/bank-totals", "/money");

  /** What the store comes to, and what a command is answered then. */
  private static final Map<String, Function<String, Throwable>> FAILURES =
      Map.of(
          "404 not-found", _ -> new NotFound("it was deleted for good"),
          "409 conflict", WrongRevision::new,
          "413 event-too-large", TooLarge::new,
          "500 internal-error", _ -> new IllegalStateException("a test wants it"),
          "500 unknown-event", _ -> new UnknownEvent("future", "a test wants it"),
          "500 stream-truncated", Truncated::new,
          "503 unavailable", _ -> new Unavailable("the store is away"),
          "503 overloaded", _ -> new Unavailable("overloaded", "a test wants it"),
          "503 outcome-unknown", OutcomeUnknown::new);

  @TestHTTPResource("/")
  URI base;

  @TestHTTPResource("/q/openapi?format=json")
  URI address;

  @Inject FailingStreams streams;

  @Nullable RedisProcess redis;

  private Document document = new Document(Document.JSON.createObjectNode());
  private Samples samples = new Samples(document, SEED);
  private Driver driver = new Driver(document, URI.create(""));

  @BeforeEach
  void read() throws IOException {
    document = new Document(Document.at(address));
    samples = new Samples(document, SEED);
    driver = new Driver(document, base);
  }

  @AfterEach
  void calm() {
    streams.failNoMore();
  }

  private Stream<Call> calls(String in) {
    return document.calls().stream()
        .filter(call -> in.equals("body") == !call.body().isMissingNode())
        .filter(call -> !call.path.startsWith("/q/"));
  }

  private Asking valid(Call call, Fullness fullness) {
    if (call.method.equals("GET")) {
      return driver.ask(call, parameters(call, fullness)).asWhoMay();
    }
    return call.body().isMissingNode()
        ? driver.ask(call).asWhoMay()
        : driver.ask(call).asWhoMay().body(samples.valid(call.body(), fullness));
  }

  private Map<String, String> parameters(Call call, Fullness fullness) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Parameter parameter : call.parameters("query")) {
      if (parameter.isRequired() || fullness != Fullness.LEAST) {
        parameters.put(parameter.name(), text(samples.valid(parameter.schema(), fullness)));
      }
    }
    return parameters;
  }

  private static String text(JsonNode value) {
    return value.isNumber() ? value.decimalValue().toPlainString() : value.asText();
  }

  @Test
  void takes_whatever_its_document_allows() {
    for (Call call : document.calls()) {
      for (Fullness fullness : Fullness.values()) {
        for (int i = 0; i < CASES; i++) {
          Answer answer = valid(call, fullness).send();
          boolean isBeyond =
              BEYOND_SCHEMAS.getOrDefault(call.path, Set.of()).contains(answer.field());
          assertThat(answer.status() == 400 && !isBeyond).as("%s: %s", call, answer).isFalse();
        }
      }
    }
  }

  @Test
  void refuses_a_body_that_its_document_does_not_allow_and_names_the_field() {
    calls("body")
        .forEach(
            call -> {
              for (int i = 0; i < CASES; i++) {
                JsonNode value = samples.valid(call.body(), Fullness.MOST);
                List<Broken> broken = samples.broken(call.body(), value);
                assertThat(broken).as("%s", call).isNotEmpty();
                for (Broken each : broken) {
                  Answer answer = driver.ask(call).asWhoMay().body(each.value()).send();
                  boolean isAround = each.field().startsWith(answer.field() + ".");
                  assertInvalid(
                      call,
                      each.what() + " " + each.value(),
                      answer,
                      isAround && isTooLarge(answer) ? answer.field() : each.field());
                }
              }
            });
  }

  /** Of a number in a map the reader names the map. */
  private static boolean isTooLarge(Answer answer) {
    return answer.body().path("detail").asText().endsWith("is out of range");
  }

  private static void assertInvalid(Call call, String what, Answer answer, String field) {
    assertThat(answer.status()).as("%s: %s: %s", call, what, answer).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid-request");
    assertThat(answer.field()).as("%s: %s: %s", call, what, answer).isEqualTo(field);
  }

  @Test
  void refuses_a_query_string_that_its_document_does_not_allow_and_names_the_field() {
    for (Call call : document.calls()) {
      List<Parameter> known = call.parameters("query");
      if (known.isEmpty()) {
        continue;
      }
      Map<String, String> right = parameters(call, Fullness.LEAST);
      Map<String, String> more = new LinkedHashMap<>(right);
      more.put("unheard-of", "1");
      assertInvalid(call, "unknown", driver.ask(call, more).asWhoMay().send(), "unheard-of");
      for (Parameter parameter : known) {
        Map<String, String> wrong = new LinkedHashMap<>(right);
        wrong.remove(parameter.name());
        if (parameter.isRequired()) {
          assertInvalid(
              call, "missing", driver.ask(call, wrong).asWhoMay().send(), parameter.name());
        }
        JsonNode value = samples.valid(parameter.schema(), Fullness.MOST);
        for (Broken each : samples.broken(parameter.schema(), value)) {
          boolean isText = parameter.schema().path("type").asText().equals("string");
          if (each.value().isValueNode()
              && text(each.value()).length() < 2_000
              && !each.value().isNull()
              && (!isText || each.value().isTextual())) {
            wrong.put(parameter.name(), text(each.value()));
            assertInvalid(
                call,
                each.what() + " " + wrong,
                driver.ask(call, wrong).asWhoMay().send(),
                parameter.name());
          }
        }
      }
    }
  }

  @Test
  void takes_the_headers_that_its_document_allows_and_no_others() {
    for (Call call : document.calls()) {
      for (Parameter header : call.parameters("header")) {
        String pattern = header.schema().path("pattern").asText();
        for (int i = 0; i < CASES; i++) {
          String value = samples.matching(pattern).strip();
          if (value.matches("[ -~]+") && document.allows(header.schema(), node(value))) {
            Answer answer = valid(call, Fullness.LEAST).header(header.name(), value).send();
            assertThat(answer.field())
                .as("%s with %s: %s: %s", call, header.name(), value, answer)
                .isNotEqualTo(header.name());
          }
        }
        for (String wrong : List.of("", "7", "a".repeat(256), "no-token@x", "\"")) {
          if (!document.allows(header.schema(), node(wrong))) {
            Answer answer = valid(call, Fullness.LEAST).header(header.name(), wrong).send();
            boolean isDone = answer.status() < 400;
            if (answer.status() == 400 || (isDone && isLookedAt(call, header))) {
              assertInvalid(call, header.name() + ": " + wrong, answer, header.name());
            }
          }
        }
      }
    }
  }

  /** Not by a query of no read model, nor by a function that is neither command nor query. */
  private static boolean isLookedAt(Call call, Parameter header) {
    return !header.name().equals("Consistency-Token") && !call.path.equals("/either-way");
  }

  private static JsonNode node(String text) {
    return Document.JSON.getNodeFactory().textNode(text);
  }

  /** What can be forced of any function, without knowing what it does. */
  @Test
  void answers_what_is_no_call_of_it_as_its_document_says() {
    for (Call call : document.calls()) {
      assertCode(valid(call, Fullness.LEAST).by("DELETE").send(), 405, "method-not-allowed");
      assertCode(valid(call, Fullness.LEAST).as("ada", "wrong").send(), 401, "unauthorized");
      if (call.isSecured()) {
        assertCode(valid(call, Fullness.LEAST).as("", "").send(), 401, "unauthorized");
        assertCode(valid(call, Fullness.LEAST).as("eve", "secret").send(), 403, "forbidden");
      }
      if (call.method.equals("POST")) {
        assertCode(
            driver.ask(call).asWhoMay().body("{}").type("text/plain").send(),
            415,
            "unsupported-media-type");
        assertCode(
            driver.ask(call).asWhoMay().body(" ".repeat(70_000)).send(), 413, "body-too-large");
      }
    }
  }

  private static void assertCode(Answer answer, int status, String code) {
    assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
  }

  @Test
  void of_the_bank_that_changes_something_answers_each_code_that_its_document_has() {
    for (Call call : BANK_COMMANDS.stream().map(this::post).toList()) {
      FAILURES.forEach((code, failure) -> assertFails(call, code, failure));
      assertCode(
          driver.ask(call).body(doable(call)).header("If-Match", "\"999\"").send(),
          412,
          "precondition-failed");
      assertCode(reusing(call, "k-" + call.path).send(), 422, "idempotency-key-reused");
      assertCode(driver.ask(call).body("{}").send(), 400, "invalid-request");
      assertCode(driver.ask(call).body("{}").by("DELETE").send(), 405, "method-not-allowed");
      assertCode(driver.ask(call).body("{}").as("ada", "wrong").send(), 401, "unauthorized");
      assertCode(
          driver.ask(call).body("{}").type("text/plain").send(), 415, "unsupported-media-type");
      assertCode(driver.ask(call).body(" ".repeat(70_000)).send(), 413, "body-too-large");

      Set<String> unseen = new TreeSet<>(call.codes());
      unseen.removeAll(driver.seen(call));
      assertThat(unseen)
          .as("%s: what takes a guard, a role, and a request that is hardly HTTP", call)
          .containsExactly("400 malformed-request", "403 forbidden", "404 no-such-function");
    }
  }

  private void assertFails(Call call, String code, Function<String, Throwable> failure) {
    ObjectNode body = doable(call);
    streams.failAppends(failure);
    switch (code) {
      case "409 conflict", "413 event-too-large" -> {}
      case "503 outcome-unknown" -> streams.failReadsAfterAppends();
      default -> streams.failReads(failure);
    }
    Answer answer = driver.ask(call).body(body).header("Prefer", "wait=1").send();
    streams.failNoMore();
    assertThat(answer.status() + " " + answer.code()).as("%s", call).isEqualTo(code);
  }

  private Call post(String path) {
    return document.call("POST", path);
  }

  private ObjectNode body(String path) {
    return (ObjectNode) samples.valid(post(path).body(), Fullness.MOST);
  }

  /** A body with which a command of the bank's is done, after what must be done before. */
  private ObjectNode doable(Call call) {
    String id = UUID.randomUUID().toString();
    if (call.path.equals("/cancel-transfer")) {
      driver.ask(post("/transfer-money")).body(body("/transfer-money").put("transfer", id)).send();
    } else if (!call.path.equals("/transfer-money") && !call.path.equals("/open-account")) {
      open(id);
    }
    return on(call, id);
  }

  private void open(String id) {
    driver.ask(post("/open-account")).body(body("/open-account").put("account", id)).send();
    deposit(id).send();
  }

  private Asking deposit(String id) {
    return driver
        .ask(post("/deposit"))
        .body(body("/deposit").put("account", id).put("cents", 1_000));
  }

  private ObjectNode on(Call call, String id) {
    ObjectNode body = body(call.path);
    body.put(body.has("transfer") ? "transfer" : "account", id);
    return body.has("cents") ? body.put("cents", 1) : body;
  }

  /** With a key that another request on the same stream had. */
  private Asking reusing(Call call, String key) {
    String id = UUID.randomUUID().toString();
    if (call.body().toString().contains("Transfer") || call.path.contains("transfer")) {
      driver
          .ask(post("/transfer-money"))
          .body(body("/transfer-money").put("transfer", id).put("cents", 2))
          .header("Idempotency-Key", key)
          .send();
    } else {
      open(id);
      deposit(id).header("Idempotency-Key", key).send();
    }
    return driver.ask(call).body(on(call, id)).header("Idempotency-Key", key);
  }

  @Test
  void of_the_bank_that_only_answers_says_what_its_document_has_where_redis_is_away() {
    String id = UUID.randomUUID().toString();
    open(id);
    for (String path : ACROSS_STREAMS) {
      Call call = document.call("GET", path);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> valid(call, Fullness.LEAST).send().status() == 200);
      assertCode(
          valid(call, Fullness.LEAST).header("Consistency-Token", "account-" + id + "@99").send(),
          503,
          "read-model-behind");
    }
    assertCode(
        driver.ask(document.call("GET", "/account"), Map.of("account", "nobody")).send(),
        404,
        "not-found");
    redis().stop();
    try {
      for (String path : ACROSS_STREAMS) {
        Call call = document.call("GET", path);
        assertCode(valid(call, Fullness.LEAST).send(), 503, "unavailable");
      }
    } finally {
      redis().start();
    }
  }

  private RedisProcess redis() {
    return Objects.requireNonNull(redis);
  }
}
