package dev.foldline.quarkus.deployment;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Activity;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Performs;
import dev.foldline.core.Reaction;
import dev.foldline.core.Receipt;
import dev.foldline.core.Stored;
import dev.foldline.eventstoredb.commands.CommandHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.funqy.Funq;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A reaction of an application")
class ReactionsInQuarkusTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @RegisterExtension
  static final QuarkusUnitTest APPLICATION =
      new QuarkusUnitTest()
          .withApplicationRoot(
              jar ->
                  jar.addClasses(
                      Joined.class,
                      Greeted.class,
                      Members.class,
                      Welcome.class,
                      Letter.class,
                      Sent.class,
                      Post.class,
                      Functions.class,
                      Functions.Join.class,
                      Functions.Letters.class))
          .overrideConfigKey("quarkus.http.test-port", "0");

  @TestHTTPResource("/")
  URI base;

  private final String member = UUID.randomUUID().toString();

  @Stored("joined")
  public record Joined(String name) {}

  @Stored("greeted")
  public record Greeted(String by) {}

  public record Letter(String to) {}

  public record Sent(String number) {}

  interface Members {
    Decider<Functions.Join, String, Joined> MEMBERS =
        new Decider<>(
            Category.of("member", Joined.class),
            Functions.Join::member,
            "",
            (command, _) -> List.of(new Joined(command.name())),
            (_, event) -> event.name());

    Decider<Functions.Join, String, Greeted> GREETINGS =
        new Decider<>(
            Category.of("greeting", Greeted.class),
            Functions.Join::member,
            "",
            (command, _) -> List.of(new Greeted(command.name())),
            (_, event) -> event.by());
  }

  /** In a holder of their own. */
  interface Welcome {
    Activity<Letter, Sent> LETTER = Activity.of("letter", Letter.class, Sent.class);

    Reaction<Joined> WELCOME =
        Reaction.of(
                "welcome",
                Members.MEMBERS.category(),
                joined ->
                    List.of(
                        perform("letter", LETTER, new Letter(joined.event().name())),
                        send(
                            "greet",
                            Members.GREETINGS,
                            new Functions.Join(joined.id(), joined.event().name()))))
            .fromStart();
  }

  /** It says nothing of its scope. */
  public static class Post implements Performs<Letter, Sent> {

    final ConcurrentLinkedQueue<String> sent = new ConcurrentLinkedQueue<>();

    @Override
    public Sent perform(Letter letter, Attempt attempt) {
      sent.add(letter.to());
      return new Sent(attempt.key());
    }
  }

  public static class Functions {

    public record Join(String member, String name) {}

    public record Letters(List<String> to, double done, List<String> meters) {}

    private final CommandHandler commands;
    private final Post post;
    private final MeterRegistry registry;

    Functions(CommandHandler commands, Post post, MeterRegistry registry) {
      this.commands = commands;
      this.post = post;
      this.registry = registry;
    }

    @Funq
    public Uni<Receipt> join(Join command) {
      return commands.handle(Members.MEMBERS, command);
    }

    @Funq
    public Letters letters() {
      return new Letters(
          List.copyOf(post.sent),
          registry
              .get("foldline.reactions.done")
              .tags("reaction", "welcome")
              .functionCounter()
              .count(),
          registry.getMeters().stream()
              .map(meter -> meter.getId().getName())
              .filter(name -> name.startsWith("foldline.reactions."))
              .toList());
    }
  }

  private HttpResponse<String> call(HttpRequest.Builder request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> get(String path) {
    return call(HttpRequest.newBuilder(base.resolve(path)));
  }

  @Test
  void takes_place_is_measured_and_is_waited_for_by_readiness() {
    HttpResponse<String> joined =
        call(
            HttpRequest.newBuilder(base.resolve("join"))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        "{\"member\":\"" + member + "\",\"name\":\"Zoë Müller\"}")));
    assertThat(joined.statusCode()).isEqualTo(200);

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(get("letters").body())
                    .contains("[\"Zoë Müller\"]")
                    .contains("\"done\":2.0")
                    .contains(
                        "foldline.reactions.lag\"",
                        "foldline.reactions.stuck",
                        "foldline.reactions.up",
                        "foldline.reactions.waiting.oldest"));
    await().atMost(LIMIT).until(() -> get("q/health/ready").statusCode() == 200);
    assertThat(get("q/health/ready").body()).contains("Reactions", "welcome", "subscribed");
    assertThat(get("q/health/live").body()).contains("Reactions at work");
  }
}
