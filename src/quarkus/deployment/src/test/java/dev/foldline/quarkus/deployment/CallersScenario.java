package dev.foldline.quarkus.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.quarkus.deployment.lockers.LockerFunctions;
import dev.foldline.quarkus.deployment.lockers.Names;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with users, whose lockers are theirs. */
abstract class CallersScenario {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String NOBODY = "";

  @TestHTTPResource("/")
  URI base;

  @Inject EventStore store;

  String locker = "";

  /** All tests of an application have one instance. */
  @BeforeEach
  void takeAnother() {
    locker = UUID.randomUUID().toString();
  }

  static QuarkusUnitTest application() {
    QuarkusUnitTest application =
        new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addPackage(LockerFunctions.class.getPackage()))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.http.auth.basic", "true")
            .overrideConfigKey("quarkus.security.users.embedded.enabled", "true")
            .overrideConfigKey("quarkus.security.users.embedded.plain-text", "true")
            .overrideConfigKey("quarkus.security.users.embedded.roles.porter", "porter");
    for (String user :
        List.of("ada", "bob", "eve", "porter", "odd", "long", "too-long", "nameless")) {
      application.overrideConfigKey("quarkus.security.users.embedded.users." + user, "secret");
    }
    return application;
  }

  HttpResponse<String> send(String user, HttpRequest.Builder request) throws Exception {
    if (!user.equals(NOBODY)) {
      String login = Base64.getEncoder().encodeToString((user + ":secret").getBytes(UTF_8));
      request.header("Authorization", "Basic " + login);
    }
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve("/" + path));
  }

  HttpRequest.Builder assigning(String function, String owner) {
    String body = "{\"locker\":\"%s\",\"owner\":\"%s\"}".formatted(locker, owner);
    return request(function)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  HttpResponse<String> assign(String user, String owner) throws Exception {
    return send(user, assigning("assign", owner));
  }

  private HttpResponse<String> assign(String user, String owner, String key) throws Exception {
    return send(user, assigning("assign", owner).header("Idempotency-Key", key));
  }

  List<Map<String, Object>> metadata() {
    return store.remaining("locker-" + locker, 0, 100).await().atMost(LIMIT).stream()
        .map(recorded -> recorded.metadata())
        .toList();
  }

  private static void assertDone(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  static JsonNode problem(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    return new ObjectMapper().readTree(answer.body());
  }

  private static void assertForbidden(HttpResponse<String> answer) throws Exception {
    JsonNode problem = problem(answer, 403);
    assertThat(problem.path("code").asText()).isEqualTo("forbidden");
    assertThat(problem.path("detail").asText()).isEqualTo("the caller may not do this");
    assertThat(answer.headers().firstValue("etag")).isEmpty();
  }

  /** Who they are is asked, as that may help. */
  static void assertUnknown(HttpResponse<String> answer) throws Exception {
    assertThat(problem(answer, 401).path("code").asText()).isEqualTo("unauthorized");
    assertThat(answer.headers().firstValue("www-authenticate"))
        .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("basic"));
    assertThat(answer.headers().firstValue("etag")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"assign", "assign-blocking"})
  void who_gives_a_command_is_in_the_metadata_of_its_events(String function) throws Exception {
    assertDone(send("ada", assigning(function, "ada")));

    assertThat(metadata()).singleElement().extracting("user").isEqualTo("ada");
  }

  @Test
  void nobody_is_in_the_metadata_where_nobody_says_who_it_is() throws Exception {
    assertDone(assign(NOBODY, "ada"));

    assertThat(metadata())
        .singleElement()
        .satisfies(it -> assertThat(it).doesNotContainKey("user"));
  }

  @Test
  void who_gave_a_command_is_in_the_audit_trail() throws Exception {
    assertDone(assign(NOBODY, "ada"));
    assertDone(assign("ada", "bob"));

    String trail = send(NOBODY, request("locker-history?locker=" + locker)).body();

    JsonNode entries = new ObjectMapper().readTree(trail);
    assertThat(entries.path(0).has("user")).isFalse();
    assertThat(entries.path(1).path("user").asText()).isEqualTo("ada");
  }

  @Test
  void whom_the_guard_forbids_it_has_done_nothing() throws Exception {
    assertDone(assign("ada", "ada"));

    assertForbidden(assign("eve", "eve"));
    assertUnknown(assign(NOBODY, "eve"));
    assertForbidden(send("eve", assigning("assign", "eve").header("If-None-Match", "*")));

    assertDone(assign("porter", "bob"));
    assertThat(metadata()).extracting("user").containsExactly("ada", "porter");
  }

  @Test
  void who_repeats_a_command_is_shown_it_if_it_was_theirs_or_might_be() throws Exception {
    assertDone(assign("ada", "ada"));
    HttpResponse<String> first = assign("ada", "bob", "k");
    assertDone(first);

    HttpResponse<String> again = assign("ada", "bob", "k");

    assertDone(again);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("idempotency-replayed")).hasValue("true");
    assertForbidden(assign("eve", "bob", "k"));
    assertUnknown(assign(NOBODY, "bob", "k"));
    assertForbidden(assign("eve", "eve", "k"));
    assertThat(assign("porter", "bob", "k").headers().firstValue("idempotency-replayed"))
        .hasValue("true");
    assertThat(assign("bob", "bob", "k").headers().firstValue("idempotency-replayed"))
        .hasValue("true");
    assertThat(metadata()).hasSize(2);
  }

  @Test
  void who_has_wrong_credentials_gives_no_command() throws Exception {
    assertUnknown(assign("mallory", "mallory"));
    assertThat(metadata()).isEmpty();
  }

  @Test
  void who_is_called_oddly_is_called_so_for_ever() throws Exception {
    assertDone(assign("odd", "nobody"));
    assertThat(metadata()).singleElement().extracting("user").isEqualTo(Names.ODD);
  }

  @Test
  void who_has_a_name_that_is_too_long_or_none_is_told_so() throws Exception {
    assertThat(problem(assign("too-long", "ada"), 400).path("detail").asText())
        .isEqualTo("the caller's name must be of at most 255 characters of Unicode");
    assertThat(problem(assign("nameless", "ada"), 400).path("detail").asText())
        .isEqualTo("the caller must have a name");
    assertThat(metadata()).isEmpty();

    assertDone(assign("long", "ada"));
    assertThat(metadata()).singleElement().extracting("user").isEqualTo("a".repeat(255));
  }
}
