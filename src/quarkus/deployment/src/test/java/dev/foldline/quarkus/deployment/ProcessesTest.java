package dev.foldline.quarkus.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Namespace;
import dev.foldline.core.StoredEvent;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.quarkus.deployment.trips.Hotel;
import dev.foldline.quarkus.deployment.trips.TripFunctions;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A process of an application")
class ProcessesTest {

  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LONG = "wait=30";

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(jar -> jar.addPackage(TripFunctions.class.getPackage()))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("foldline.operations.enabled", "true")
          .overrideConfigKey("foldline.queries.wait-limit", "10s")
          .overrideConfigKey("quarkus.http.auth.basic", "true")
          .overrideConfigKey("quarkus.security.users.embedded.enabled", "true")
          .overrideConfigKey("quarkus.security.users.embedded.plain-text", "true")
          .overrideConfigKey("quarkus.security.users.embedded.users.ada", "secret")
          .overrideConfigKey("quarkus.security.users.embedded.roles.ada", "operator")
          .overrideConfigKey("quarkus.security.users.embedded.users.eve", "secret")
          .overrideConfigKey("quarkus.security.users.embedded.roles.eve", "reader")
          .setLogRecordPredicate(entry -> entry.getMessage().startsWith("Nobody answers"))
          .assertLogRecords(
              entries ->
                  assertThat(entries)
                      .singleElement()
                      .satisfies(
                          entry ->
                              assertThat(entry.getParameters())
                                  .startsWith("voyage", "voyage-next")));

  @TestHTTPResource("/")
  URI base;

  @Inject EventStore store;
  @Inject Hotel hotel;
  @Inject Namespace namespace;
  @Inject MeterRegistry registry;

  private String trip = "";

  @BeforeEach
  void takeAnother() {
    trip = UUID.randomUUID() + "+t";
  }

  private record Answer(HttpResponse<String> response, JsonNode body) {

    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String text(String field) {
      return body.path(field).asText();
    }

    List<String> steps() {
      return body.path("steps")
          .valueStream()
          .map(step -> step.path("step").asText() + " " + step.path("state").asText())
          .toList();
    }
  }

  private static Answer send(HttpRequest.Builder request) {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpResponse<String> response =
          client.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
      return new Answer(response, JSON.readTree(response.body()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path));
  }

  private HttpRequest.Builder posting(String function, String body) {
    return request(function)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder booking(String at) {
    return posting("book-trip", "{\"trip\":\"%s\",\"hotel\":\"%s\"}".formatted(trip, at));
  }

  private HttpRequest.Builder placing(boolean withTrip) {
    return posting("place-order", "{\"order\":\"%s\",\"trip\":%s}".formatted(trip, withTrip));
  }

  private static HttpRequest.Builder as(String user, HttpRequest.Builder request) {
    String login = Base64.getEncoder().encodeToString((user + ":secret").getBytes(UTF_8));
    return request.header("Authorization", "Basic " + login);
  }

  private Answer list(String query) {
    return send(as("ada", request("processes?" + query)));
  }

  private Answer retry(String id, String step) {
    return send(
        as(
            "ada",
            posting(
                "retry-step",
                "{\"process\":\"trip\",\"id\":\"%s\",\"step\":\"%s\"}".formatted(id, step))));
  }

  private Answer progress() {
    return send(request("trip?trip=" + trip.replace("+", "%2B")));
  }

  private static List<String> ids(Answer listed) {
    return listed
        .body()
        .path("processes")
        .valueStream()
        .map(each -> each.path("id").asText())
        .toList();
  }

  @Test
  void is_begun_and_asked_for_where_its_answer_says() {
    Answer begun = send(booking("free"));

    assertThat(begun.status()).as(begun.response().body()).isEqualTo(202);
    assertThat(begun.header("Consistency-Token")).isEqualTo("trip-" + trip + "@0");
    URI place = begun.response().uri().resolve(begun.header("Location"));
    assertThat(place).isEqualTo(base.resolve("/trip?trip=" + trip.replace("+", "%2B")));

    Answer asked =
        send(
            HttpRequest.newBuilder(place)
                .header("Consistency-Token", begun.header("Consistency-Token")));
    assertThat(asked.status()).isEqualTo(200);
    assertThat(asked.steps()).isNotEmpty();
    assertThat(asked.header("ETag")).isNotEmpty();
    assertThat(asked.header("Consistency-Token")).startsWith("trip-" + trip + "@");

    await().atMost(LIMIT).until(() -> progress().text("state").equals("done"));
    JsonNode first = progress().body().path("steps").path(0);
    assertThat(first.path("step").asText()).isEqualTo("fly");
    assertThat(Instant.parse(first.path("at").asText())).isBefore(Instant.now());
    assertThat(first.has("since")).isFalse();
    assertThat(progress().body().has("waitsFor")).isFalse();
    assertThat(
            send(request("trip?trip=" + trip.replace("+", "%2B"))
                    .header("If-None-Match", progress().header("ETag")))
                .status())
        .isEqualTo(304);
  }

  @Test
  void is_waited_for_and_is_done() {
    Answer done = send(booking("free").header("Prefer", LONG));

    assertThat(done.status()).as(done.response().body()).isEqualTo(200);
    assertThat(done.header("Preference-Applied")).isEqualTo("wait=30");
    assertThat(done.header("Location")).startsWith("trip?trip=");
    assertThat(done.text("state")).isEqualTo("done");
    assertThat(done.steps()).containsExactly("fly done", "sleep done");
  }

  @Test
  void is_waited_for_and_fails_with_its_code_after_it_was_undone() {
    Answer failed = send(booking("full").header("Prefer", LONG));

    assertThat(failed.status()).as(failed.response().body()).isEqualTo(422);
    assertThat(failed.text("code")).isEqualTo("hotel-full");
    assertThat(failed.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(failed.header("Location")).startsWith("trip?trip=");
    await().atMost(LIMIT).until(() -> progress().text("state").equals("failed"));
    assertThat(progress().text("code")).isEqualTo("hotel-full");
    assertThat(progress().steps()).containsExactly("fly undone", "sleep refused", "fly-back done");
  }

  @Test
  void is_accepted_still_where_it_is_held_for_which_nobody_waits() {
    trip = "grounded-" + trip;
    Answer held = send(booking("full").header("Prefer", LONG));

    assertThat(held.status()).as(held.response().body()).isEqualTo(202);
    assertThat(held.text("state")).isEqualTo("held");
    assertThat(held.text("code")).isEqualTo("no-flight");
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(ids(list("process=trip&state=held"))).contains(trip));
  }

  @Test
  void is_listed_where_its_events_can_t_be_read() {
    StoredEvent odd =
        new StoredEvent(UUID.randomUUID(), "trip-odd", "{}".getBytes(UTF_8), new byte[0]);
    store.append("trip-odd-" + trip, List.of(odd)).await().atMost(LIMIT);

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(list("process=trip").body().path("processes").valueStream())
                    .anySatisfy(
                        each -> {
                          assertThat(each.path("id").asText()).isEqualTo("odd-" + trip);
                          assertThat(each.path("stuck").path(0).path("reason").asText())
                              .contains("trip-odd");
                        }));
    assertThat(retry("odd-" + trip, "fly").text("code")).isEqualTo("unknown-event");
  }

  @Test
  void is_answered_with_what_it_is_by_then_where_it_comes_again() {
    String key = UUID.randomUUID().toString();
    Answer first =
        send(booking("closed").header("Idempotency-Key", key).header("Prefer", "wait=5"));
    assertThat(first.status()).as(first.response().body()).isEqualTo(202);
    assertThat(first.header("Preference-Applied")).isEqualTo("wait=5");
    assertThat(first.text("waitsFor")).isEqualTo("sleep");
    assertThat(first.body().path("steps").path(1).path("since").asText()).isNotEmpty();

    hotel.open.countDown();
    await().atMost(LIMIT).until(() -> progress().text("state").equals("done"));
    Answer again = send(booking("closed").header("Idempotency-Key", key));

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text("state")).isEqualTo("done");
    assertThat(again.header("Idempotency-Replayed")).isEmpty();
    assertThat(send(booking("free")).text("code")).isEqualTo("trip-known");
  }

  @Test
  void is_begun_by_a_reaction_to_another_stream() {
    Answer done = send(placing(true).header("Prefer", LONG));

    assertThat(done.status()).as(done.response().body()).isEqualTo(200);
    assertThat(done.header("Consistency-Token")).isEqualTo("order-" + trip + "@0");
    assertThat(done.steps()).containsExactly("fly done", "sleep done");
  }

  @Test
  void is_one_without_steps_until_its_first_event_stands() {
    Answer begun = send(placing(false));

    assertThat(begun.status()).isEqualTo(202);
    assertThat(begun.response().body()).isEqualTo("{\"state\":\"processing\",\"steps\":[]}");
    assertThat(begun.header("Location")).startsWith("trip?trip=");
    assertThat(progress().status()).isEqualTo(404);
  }

  @Test
  void is_listed_first_with_the_reason_where_it_is_stuck_and_taken_up_by_hand() {
    String older = trip;
    send(booking("nowhere"));
    trip = "second-" + older;
    send(booking("nowhere"));
    trip = "stuck-" + older;
    send(booking("torn"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              Answer listed = list("process=trip");
              int place = ids(listed).indexOf(trip);
              JsonNode stuck = listed.body().path("processes").path(place);
              assertThat(place).isGreaterThanOrEqualTo(0);
              assertThat(stuck.path("progress").path("waitsFor").asText()).isEqualTo("sleep");
              assertThat(stuck.path("stuck").path(0).path("reaction").asText())
                  .isEqualTo("trip-next");
              assertThat(stuck.path("stuck").path(0).path("reason").asText())
                  .contains("the list of hotels is torn");
              assertThat(stuck.path("stuck").path(0).path("waits").asBoolean()).isFalse();
            });

    assertThat(ids(list("process=trip")))
        .containsSubsequence(trip, older, "second-" + older)
        .doesNotHaveDuplicates();
    Answer page = list("process=trip&limit=1");
    assertThat(ids(page)).containsSubsequence(trip, older).doesNotContain("second-" + older);
    assertThat(ids(list("process=trip&limit=1&after=" + page.text("next"))))
        .containsExactly("second-" + older);
    assertThat(ids(list("process=trip&olderThan=PT1H"))).isEmpty();
    assertThat(retry(trip, "fly").status()).isEqualTo(409);
    assertThat(retry(trip, "fly").text("code")).isEqualTo("step-answered");
    assertThat(retry(trip, "swim").status()).isEqualTo(404);
    assertThat(retry(trip, "sleep").text("outcome")).isEqualTo("set-aside");
    assertThat(retry(trip, "sleep").text("reason")).contains("the list of hotels is torn");
    Hotel.MENDED.set(true);
    Answer retried = retry(trip, "sleep");

    assertThat(retried.status()).as(retried.response().body()).isEqualTo(200);
    assertThat(retried.text("outcome")).isEqualTo("answered");
    await().atMost(LIMIT).until(() -> progress().text("state").equals("done"));
    assertThat(ids(list("process=trip"))).doesNotContain(trip);
    assertThat(ids(list("process=trip&state=done&limit=1000"))).contains(trip);
    assertThat(retry(older, "fly").text("outcome")).isEqualTo("under-way");
  }

  @ParameterizedTest
  @CsvSource({
    "'', process",
    "process=trip&state=odd, state",
    "process=trip&olderThan=never, olderThan",
    "process=trip&olderThan=-PT1S, olderThan",
    "process=trip&olderThan=P99999999D, olderThan",
    "process=trip&limit=0, limit",
    "process=trip&after=nonsense, after",
    "process=trip&odd=1, odd",
  })
  void is_not_listed_for_what_is_wrong(String query, String field) {
    await().atMost(LIMIT).until(() -> list("process=trip").status() == 200);
    Answer answer = list(query);

    assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
    assertThat(answer.text("field")).isEqualTo(field);
  }

  @Test
  void is_not_found_where_there_is_none() {
    await().atMost(LIMIT).until(() -> progress().status() == 404);
    assertThat(list("process=voyage").status()).isEqualTo(404);
    assertThat(retry(trip, "fly").status()).isEqualTo(404);
    assertThat(
            send(as("ada", posting("retry-step", "{\"process\":\"trip\",\"id\":\"t\"}")))
                .text("field"))
        .isEqualTo("step");
  }

  @Test
  void is_listed_for_operators_alone() {
    assertThat(send(request("processes?process=trip")).status()).isEqualTo(401);
    assertThat(send(as("eve", request("processes?process=trip"))).status()).isEqualTo(403);
    assertThat(send(as("eve", posting("retry-step", "{}"))).status()).isEqualTo(403);
  }

  @Test
  void has_reminders_that_take_place_when_an_operators_scheduler_calls() {
    assertThat(send(posting("fire-timers", "")).status()).isEqualTo(401);
    assertThat(send(as("eve", posting("fire-timers", ""))).status()).isEqualTo(403);
    Answer fired = send(as("ada", posting("fire-timers", "")));
    assertThat(fired.status()).as(fired.response().body()).isEqualTo(200);
    assertThat(fired.text("fired")).isEqualTo("0");
    assertThat(send(as("ada", request("fire-timers"))).status()).isEqualTo(405);
  }

  @Test
  void is_measured_and_known_to_be_answered() {
    assertThat(registry.get("foldline.processes.waiting.oldest").tag("process", "trip").gauge())
        .isNotNull();
    assertThat(registry.get("foldline.processes.held.oldest").tag("process", "trip").gauge())
        .isNotNull();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        store
                            .remaining("foldline-processes-" + namespace.name(), 0, 10)
                            .await()
                            .atMost(LIMIT))
                    .extracting(event -> new String(event.event().data(), UTF_8))
                    .anySatisfy(
                        answered ->
                            assertThat(answered)
                                .contains("\"process\":\"trip\"", "\"reaction\":\"trip-next\"")));
  }
}
