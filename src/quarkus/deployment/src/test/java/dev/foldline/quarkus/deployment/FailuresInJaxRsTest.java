package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Conflict;
import dev.foldline.core.Decider;
import dev.foldline.core.Failure;
import dev.foldline.core.Invalid;
import dev.foldline.core.KeyReused;
import dev.foldline.core.NotFound;
import dev.foldline.core.OutcomeUnknown;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Refused;
import dev.foldline.core.Stored;
import dev.foldline.core.TooLarge;
import dev.foldline.core.Truncated;
import dev.foldline.core.Unavailable;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resources of JAX-RS answer as functions do where a command or a query fails. */
class FailuresInJaxRsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar ->
                  jar.addClasses(
                      Lamps.class, Lamp.class, Lamp.Switched.class, Lamps.Switch.class, Own.class))
          .overrideConfigKey("quarkus.http.test-port", "0");

  @TestHTTPResource("/")
  URI base;

  /** A lamp can be switched on once. */
  public sealed interface Lamp {
    @Stored("lamp-switched")
    record Switched() implements Lamp {}
  }

  /** An application's resource. */
  @Path("/lamps")
  public static class Lamps {

    record Switch(String lamp) {}

    private static final Decider<Switch, Boolean, Lamp> DECIDER =
        new Decider<>(
            Category.of("lamp", Lamp.class),
            Switch::lamp,
            false,
            (_, on) -> {
              if (on) {
                throw new Refused("lamp-on", "it is on");
              }
              return List.of(new Lamp.Switched());
            },
            (_, _) -> true);

    private static final Map<String, Failure> FAILURES =
        Map.of(
            "invalid", new Invalid("size", "size must be given"),
            "not-found", new NotFound("there is no such lamp"),
            "conflict", new Conflict("lamp-1"),
            "precondition-failed", new PreconditionFailed("lamp-1", 7),
            "too-large", new TooLarge("lamp-1"),
            "key-reused", new KeyReused(),
            "truncated", new Truncated("lamp-1"),
            "unknown-event", new UnknownEvent("lamp-sold", "its iban DE89 is no field"),
            "outcome-unknown", new OutcomeUnknown("lamp-1"),
            "unavailable", new Unavailable("it is away", new IllegalStateException("esdb://h")));

    @Inject CommandHandler commands;

    @POST
    @Path("{id}/switch")
    public Uni<String> switchOn(@PathParam("id") String id) {
      return commands
          .handle(DECIDER, new Switch(id))
          .map(receipt -> "revision " + receipt.revision());
    }

    @GET
    @Path("{failure}")
    public String fail(@PathParam("failure") String failure) {
      throw FAILURES.get(failure);
    }
  }

  /** What an application says itself. */
  @Provider
  public static class Own implements ExceptionMapper<KeyReused> {
    @Override
    public Response toResponse(KeyReused failure) {
      return Response.status(410).build();
    }
  }

  @Test
  void a_command_that_is_refused_is_a_problem() throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve("/lamps/a/switch")).POST(BodyPublishers.noBody());

    assertThat(send(request).body()).isEqualTo("revision 0");
    HttpResponse<String> refused = send(request);

    assertThat(refused.statusCode()).isEqualTo(422);
    JsonNode problem = problem(refused);
    assertThat(problem.path("type").asText()).isEqualTo("urn:foldline:problem:lamp-on");
    assertThat(problem.path("title").asText()).isEqualTo("Refused");
    assertThat(problem.path("status").asInt()).isEqualTo(422);
    assertThat(problem.path("detail").asText()).isEqualTo("it is on");
    assertThat(problem.path("code").asText()).isEqualTo("lamp-on");
  }

  @ParameterizedTest
  @CsvSource({
    "invalid, 400, invalid-request, field, size, '', ''",
    "not-found, 404, not-found, code, not-found, '', ''",
    "conflict, 409, conflict, stream, lamp-1, retry-after, 1",
    "precondition-failed, 412, precondition-failed, stream, lamp-1, etag, '\"7\"'",
    "too-large, 413, event-too-large, stream, lamp-1, '', ''",
    "truncated, 500, stream-truncated, stream, lamp-1, '', ''",
    "unknown-event, 500, unknown-event, traceId, " + TRACE + ", '', ''",
    "outcome-unknown, 503, outcome-unknown, stream, lamp-1, retry-after, 1",
    "unavailable, 503, unavailable, traceId, " + TRACE + ", retry-after, 1",
  })
  void a_failure_is_what_it_is_of_a_function(
      String failure,
      int status,
      String code,
      String member,
      String is,
      String header,
      String value)
      throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(base.resolve("/lamps/" + failure))
                .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01"));

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(problem(answer).path("code").asText()).isEqualTo(code);
    assertThat(problem(answer).path(member).asText()).isEqualTo(is);
    assertThat(header.isEmpty() ? "" : answer.headers().firstValue(header).orElse("none"))
        .isEqualTo(value);
    assertThat(answer.body()).doesNotContain("DE89", "esdb", "Exception", "dev.foldline");
  }

  @Test
  void an_application_may_answer_in_its_own_way() throws Exception {
    HttpResponse<String> answer = send(HttpRequest.newBuilder(base.resolve("/lamps/key-reused")));

    assertThat(answer.statusCode()).isEqualTo(410);
  }

  private static JsonNode problem(HttpResponse<String> answer) throws Exception {
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    return new ObjectMapper().readTree(answer.body());
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    }
  }
}
