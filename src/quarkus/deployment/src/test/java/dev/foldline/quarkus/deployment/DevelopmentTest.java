package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.foldline.core.Category;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.Projection;
import dev.foldline.core.Receipt;
import dev.foldline.core.Stored;
import dev.foldline.core.View;
import dev.foldline.eventstoredb.commands.CommandHandler;
import dev.foldline.quarkus.http.Queries;
import dev.foldline.quarkus.http.Query;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.funqy.Funq;
import io.quarkus.test.QuarkusDevModeTest;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The start of development mode, and the restart of the application after a change; twice, so that
 * the second time there is data.
 */
@DisabledIfSystemProperty(
    named = "maven.mode",
    matches = "offline true",
    disabledReason = "development mode needs artifacts that nothing else does")
class DevelopmentTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final PatternFormatter FORMAT = new PatternFormatter("%p %c %s%e");

  /** Development mode itself has its JVM opened for it. */
  private static final String OF_THE_TESTS_JVM = "io.quarkus.deployment.jvm";

  private static final Pattern TRY =
      Pattern.compile("try: curl (http://localhost:[1-9][0-9]*)/greeting");

  @RegisterExtension
  static final QuarkusDevModeTest APPLICATION =
      new QuarkusDevModeTest()
          .withApplicationRoot(
              jar ->
                  jar.addClasses(
                          Counted.class,
                          Counted.Once.class,
                          Count.class,
                          Total.class,
                          Functions.class)
                      .addAsResource(
                          new StringAsset(
                              """
                              quarkus.application.name=counter
                              quarkus.http.port=0
                              quarkus.http.test-port=0
                              foldline.devservices.data=target/development
                              foldline.eventstoredb.timeout=30s
                              foldline.hint=try: curl {base}/greeting
                              """),
                          "application.properties"))
          .setLogRecordPredicate(record -> record.getLevel().intValue() >= Level.INFO.intValue());

  /** Its records are events. */
  public sealed interface Counted {
    @Stored("counted")
    record Once(int number) implements Counted {}
  }

  /** Counts once more. */
  public record Count(String counter) {

    static final Decider<Count, Integer, Counted> DECIDER =
        new Decider<>(
            Total.COUNTERS,
            Count::counter,
            0,
            (_, number) -> List.of(new Counted.Once(number)),
            (number, _) -> number + 1);
  }

  public record Total(int number) {

    static final Category<Counted> COUNTERS = Category.of("counter", Counted.class);

    static final Projection<Total> PROJECTION =
        Projection.of("total", 1, Total.class)
            .on(
                COUNTERS,
                (total, _) -> Changes.to(new Total(total == null ? 1 : total.number + 1)));
  }

  public static class Functions {

    @Inject MeterRegistry meters;
    @Inject CommandHandler commands;
    @Inject Queries queries;

    @Funq
    public String greeting() {
      return "hello";
    }

    @Funq
    public Uni<Receipt> count(Count command) {
      return commands.handle(Count.DECIDER, command);
    }

    @Funq
    @Query
    public Uni<Optional<View<Total>>> total(Count query) {
      return queries.document(Total.PROJECTION, query.counter());
    }

    /** Waits where it must not. */
    @Funq
    public Uni<Boolean> waiting() throws InterruptedException {
      return Uni.createFrom().item(new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS));
    }

    @Funq
    public double subscribed() {
      return meters.get("foldline.projection.up").gauge().value();
    }

    /** So that meters have values. */
    @Produces
    @Singleton
    SimpleMeterRegistry registry() {
      return new SimpleMeterRegistry();
    }
  }

  @RepeatedTest(2)
  void is_quiet() throws Exception {
    String base = base();
    awaitReady(base);
    assertQuiet();

    APPLICATION.clearLogRecords();
    APPLICATION.modifyResourceFile("application.properties", text -> text + "\nfoldline.data=x\n");
    await().atMost(LIMIT).until(() -> get(base, "/greeting").startsWith("200"));
    awaitReady(base);
    assertQuiet();
    assertThat(Files.exists(Path.of("target", "development", "eventstore"))).isTrue();
  }

  @Test
  void waits_for_nothing_on_an_event_loop() throws Exception {
    String base = base();
    awaitReady(base);
    String counter = UUID.randomUUID().toString();
    try (EventLoopWaits waits = new EventLoopWaits()) {
      for (int i = 0; i < 20; i++) {
        assertThat(post(base, "/count", "{\"counter\":\"%s-%d\"}".formatted(counter, i % 4)))
            .startsWith("200");
      }
      await()
          .atMost(LIMIT)
          .until(
              () -> get(base, "/total?counter=" + counter + "-3"),
              total -> total.contains("\"number\":5"));
      assertThat(waits.end()).isEmpty();
    }
    try (EventLoopWaits waits = new EventLoopWaits()) {
      assertThat(get(base, "/waiting")).startsWith("200");
      assertThat(waits.end()).singleElement().asString().contains("Functions.waiting");
    }
  }

  /** Where the hint says that it is. */
  private static String base() {
    return await()
        .atMost(LIMIT)
        .until(
            () ->
                lines().stream()
                    .map(TRY::matcher)
                    .filter(Matcher::find)
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElse(""),
            found -> !found.isEmpty());
  }

  /** It is, and it is this start of it that is measured. */
  private static void awaitReady(String base) {
    await().atMost(LIMIT).until(() -> get(base, "/q/health/ready").startsWith("200"));
    await().atMost(LIMIT).until(() -> get(base, "/subscribed"), "200 1.0"::equals);
  }

  /** The status of the answer and its body; nothing where there is none. */
  private static String get(String base, String path) throws InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(base + path)));
  }

  private static String post(String base, String path, String json) throws InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  private static String send(HttpRequest.Builder builder) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = builder.timeout(LIMIT).build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException _) {
      return "";
    }
  }

  private static void assertQuiet() {
    assertThat(APPLICATION.getLogRecords())
        .filteredOn(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .filteredOn(entry -> !entry.getLoggerName().equals(OF_THE_TESTS_JVM))
        .extracting(FORMAT::format)
        .isEmpty();
    assertThat(lines())
        .noneMatch(line -> line.contains("Docker") || line.contains("org.testcontainers"))
        .noneMatch(line -> line.contains("Redis was started again"));
  }

  private static List<String> lines() {
    return List.copyOf(APPLICATION.getLogRecords()).stream().map(FORMAT::format).toList();
  }
}
