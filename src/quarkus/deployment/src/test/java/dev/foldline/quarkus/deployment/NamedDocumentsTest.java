package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Category;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.NotFound;
import dev.foldline.core.Projection;
import dev.foldline.core.Receipt;
import dev.foldline.core.Stored;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.AsOf;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.quarkus.funqy.Funq;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A query of a document that events of several categories name")
class NamedDocumentsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar ->
                  jar.addClasses(
                      Ordered.class,
                      Paid.class,
                      Deciders.class,
                      Customer.class,
                      Functions.class,
                      Functions.Command.class,
                      Functions.Asked.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("foldline.queries.wait-limit", "10s");

  @TestHTTPResource("/")
  URI base;

  private final String customer = UUID.randomUUID().toString();

  @Stored("ordered")
  public record Ordered(String customer) {}

  @Stored("paid")
  public record Paid(String customer) {}

  interface Deciders {
    Decider<Functions.Command, String, Ordered> ORDERS =
        new Decider<>(
            Category.of("order", Ordered.class),
            Functions.Command::id,
            "",
            (command, _) -> List.of(new Ordered(command.customer())),
            (state, _) -> state);

    Decider<Functions.Command, String, Paid> PAYMENTS =
        new Decider<>(
            Category.of("payment", Paid.class),
            Functions.Command::id,
            "",
            (command, _) -> List.of(new Paid(command.customer())),
            (state, _) -> state);
  }

  public record Customer(int orders, int payments) {

    static final Projection<Customer> PROJECTION =
        Projection.of("customer", 1, Customer.class)
            .on(
                Deciders.ORDERS.category(),
                event -> event.event().customer(),
                (before, _) -> Changes.to(plus(before, 1, 0)))
            .on(
                Deciders.PAYMENTS.category(),
                event -> event.event().customer(),
                (before, _) -> Changes.to(plus(before, 0, 1)));

    private static Customer plus(@Nullable Customer before, int orders, int payments) {
      return before == null
          ? new Customer(orders, payments)
          : new Customer(before.orders() + orders, before.payments() + payments);
    }
  }

  public static class Functions {

    private final CommandHandler commands;
    private final Queries queries;

    Functions(CommandHandler commands, Queries queries) {
      this.commands = commands;
      this.queries = queries;
    }

    public record Command(String id, String customer) {}

    public record Asked(String customer, OptionalLong revision) {}

    @Funq
    public Uni<Receipt> order(Command command) {
      return commands.handle(Deciders.ORDERS, command);
    }

    @Funq
    public Uni<Receipt> pay(Command command) {
      return commands.handle(Deciders.PAYMENTS, command);
    }

    @Funq
    @Query
    public Uni<Customer> customer(Asked asked) {
      return queries
          .document(
              Customer.PROJECTION, asked.customer(), AsOf.of(asked.revision(), Optional.empty()))
          .map(
              found ->
                  found.orElseThrow(() -> new NotFound("there is no such customer")).document());
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  private String token(String function, String id) throws Exception {
    String body = "{\"id\":\"%s\",\"customer\":\"%s\"}".formatted(id, customer);
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(base.resolve(function))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return header(answer, "Consistency-Token");
  }

  private HttpResponse<String> query(String query, String token) throws Exception {
    return send(
        HttpRequest.newBuilder(base.resolve("customer?" + query))
            .header("Consistency-Token", token));
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void is_answered_from_a_state_with_the_event_of_its_token_and_tagged_with_their_number()
      throws Exception {
    await().atMost(LIMIT).until(() -> query("customer=nobody", "other-1@7").statusCode() == 404);
    for (int i = 1; i <= 20; i++) {
      String token = token(i % 2 == 0 ? "order" : "pay", UUID.randomUUID().toString());
      HttpResponse<String> answer = query("customer=" + customer, token);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode body = JSON.readTree(answer.body());
      assertThat(body.path("orders").asInt()).isEqualTo(i / 2);
      assertThat(body.path("payments").asInt()).isEqualTo((i + 1) / 2);
      assertThat(header(answer, "ETag")).isEqualTo("\"" + i + "\"");
      assertThat(header(answer, "Consistency")).isIn("read-model", "waited");
      assertThat(header(answer, "Consistency-Token")).isEmpty();
    }
    assertThat(header(query("customer=" + customer, "other-1@7"), "Consistency"))
        .isEqualTo("read-model");
  }

  @Test
  void is_not_answered_where_the_read_model_does_not_come_to_its_token() throws Exception {
    String order = UUID.randomUUID().toString();
    token("order", order);
    await()
        .atMost(LIMIT)
        .until(() -> query("customer=" + customer, "other-1@7").statusCode() == 200);

    HttpResponse<String> behind = query("customer=" + customer, "order-" + order + "@1");

    assertThat(behind.statusCode()).isEqualTo(503);
    assertThat(JSON.readTree(behind.body()).path("code").asText()).isEqualTo("read-model-behind");
    assertThat(header(behind, "Retry-After")).isNotEmpty();
  }

  @Test
  void is_refused_where_the_key_can_t_be_one_and_where_it_is_asked_as_of_then() throws Exception {
    assertThat(query("customer=Ada%20Lovelace", "other-1@7").statusCode()).isEqualTo(400);
    assertThat(query("customer=ada&revision=1", "other-1@7").statusCode()).isEqualTo(500);
  }
}
