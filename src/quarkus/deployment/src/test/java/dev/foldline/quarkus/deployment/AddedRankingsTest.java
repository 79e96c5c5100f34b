package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Category;
import dev.foldline.core.Change;
import dev.foldline.core.Changes;
import dev.foldline.core.Listing;
import dev.foldline.core.Projection;
import dev.foldline.core.Recorded;
import dev.foldline.core.Stored;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import dev.foldline.redis.Builds;
import dev.foldline.redis.History;
import dev.foldline.redis.OnPoison;
import dev.foldline.redis.Projector;
import dev.foldline.redis.ReadModels;
import io.quarkus.funqy.Funq;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Command;
import io.vertx.mutiny.redis.client.Redis;
import io.vertx.mutiny.redis.client.Request;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A query of a ranking to which is added, where who added something died")
class AddedRankingsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar -> jar.addClasses(Bought.class, BestCustomers.class, Functions.class))
          .overrideConfigKey("quarkus.http.test-port", "0")
          .overrideConfigKey("foldline.run", "commands,queries");

  @TestHTTPResource("/")
  URI base;

  @Inject ReadModels models;
  @Inject Redis redis;

  @Stored("bought")
  public record Bought(String customer, long cents) {}

  interface BestCustomers {
    Projection<Long> PROJECTION =
        Projection.of("best", 1, Long.class)
            .on(
                Category.of("buy", Bought.class),
                (_, recorded) ->
                    Changes.to(
                        recorded.revision(),
                        new Change.Increase(
                            "best", recorded.event().customer(), recorded.event().cents())));
  }

  public static class Functions {

    private final Queries queries;

    Functions(Queries queries) {
      this.queries = queries;
    }

    @Funq
    @Query
    public Uni<List<String>> best() {
      return queries
          .list(BestCustomers.PROJECTION, Listing.of("best"))
          .map(page -> page.entries().stream().map(each -> each.member() + each.score()).toList());
    }
  }

  @Test
  void has_what_the_stream_of_its_token_added() throws Exception {
    Builds builds = new Builds(models, BestCustomers.PROJECTION);
    String build = await(builds.begin()).build();
    await(builds.activate(build));
    apply(build, new Bought("ada", 5));
    addWithoutCarryingOver(build, 2);

    assertThat(best("pay-1@0")).isEqualTo("[\"ada5\"]");
    assertThat(best("buy-1@0")).isEqualTo("[\"ada7\"]");
    assertThat(best("pay-1@0")).isEqualTo("[\"ada7\"]");
  }

  private void apply(String build, Bought event) {
    var projector =
        new Projector<Bought, Long>(
            models,
            BestCustomers.PROJECTION,
            build,
            OnPoison.HOLD,
            Projector.Passing.UNHEARD,
            List::of,
            new History<>(
                (_, _, _) -> Uni.createFrom().item(List.of()),
                (_, _) -> Uni.createFrom().item(List.of())));
    await(
        projector.apply(
            List.of(
                new Recorded<>(event, UUID.randomUUID(), "buy-1", 0, 0, Instant.EPOCH, Map.of()))));
  }

  /** Adds to ada where the stream is, and notes that it is pending, as one step does. */
  private void addWithoutCarryingOver(String build, int cents) {
    String sums = send(Command.KEYS, "foldline:1:*{best:" + build + ":*}:sums").get(0).toString();
    send(Command.HINCRBY, sums, "4:bestada:l", Integer.toString(cents));
    send(Command.HSET, sums.replaceFirst("sums$", "pending"), "4:bestada", "tag");
  }

  private Response send(Command command, String... arguments) {
    Request request = Request.cmd(command);
    for (String argument : arguments) {
      request.arg(argument);
    }
    return await(redis.send(request));
  }

  private String best(String token) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(base.resolve("best"))
                    .header("Consistency-Token", token)
                    .build(),
                BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }
}
