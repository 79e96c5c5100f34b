package dev.foldline.reactions;

import static dev.foldline.core.Effect.perform;
import static dev.foldline.reactions.Ground.awaitParked;
import static dev.foldline.reactions.Ground.open;
import static dev.foldline.reactions.Ground.parked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Activity;
import dev.foldline.core.NotFound;
import dev.foldline.core.Reaction;
import dev.foldline.reactions.ParkedEffects.Parked;
import dev.foldline.reactions.ParkedEffects.Retried;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An event that was set aside and is handled again by hand")
class RetryTest {

  record Letter(String to) {}

  record Sent(String number) {}

  private static final Activity<Letter, Sent> LETTER =
      Activity.of("letter", Letter.class, Sent.class);

  /** Nobody else takes up what waits. */
  private static final ReactionTiming BY_HAND =
      new ReactionTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofMillis(500),
          Duration.ofHours(1),
          Duration.ofHours(1));

  private final Set<String> unknown = ConcurrentHashMap.newKeySet();
  private final Set<String> moved = ConcurrentHashMap.newKeySet();
  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final AtomicLong tries = new AtomicLong();
  private Ground ground;
  private Application application;
  private ReactionRunner<?> runner;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
    application =
        ground
            .application()
            .performing(
                LETTER,
                (letter, _) -> {
                  if (moved.contains(letter.to())) {
                    throw new IllegalStateException("moved");
                  }
                  sent.add(letter.to());
                  return new Sent("1");
                });
    runner =
        application.run(
            Reaction.of(
                    "welcome",
                    Account.ACCOUNTS,
                    recorded -> {
                      if (unknown.contains(recorded.id())) {
                        tries.incrementAndGet();
                        throw new IllegalStateException("unknown");
                      }
                      return List.of(perform("letter", LETTER, new Letter(recorded.id())));
                    })
                .fromStart(),
            BY_HAND);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private Parked of(String account) {
    return parked(runner).stream()
        .filter(each -> each.stream().equals("money-" + account))
        .findFirst()
        .orElseThrow();
  }

  private Retried retry(String account) {
    return runner.parked().retry(of(account)).await().atMost(Application.LIMIT);
  }

  @Test
  void is_done_where_what_was_wrong_is_right_and_set_aside_no_more() {
    unknown.add("a");
    open(application, "a", 0);
    awaitParked(runner, "unknown");

    assertThat(retry("a").settled()).isFalse();
    assertThat(retry("a").reason()).contains("unknown");
    assertThat(sent).isEmpty();
    unknown.clear();

    assertThat(retry("a").settled()).isTrue();
    assertThat(sent).containsExactly("a");
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
  }

  @Test
  void is_tried_once_where_another_system_is_waited_for() {
    moved.add("a");
    open(application, "a", 0);
    await()
        .atMost(Application.LIMIT)
        .untilAsserted(
            () -> assertThat(parked(runner)).singleElement().returns(true, Parked::waits));

    assertThat(retry("a").reason()).isEqualTo("letter: java.lang.IllegalStateException: moved");
    moved.clear();

    assertThat(retry("a").settled()).isTrue();
    assertThat(sent).containsExactly("a");
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
  }

  @Test
  void leaves_older_ones_as_they_are() {
    unknown.add("a");
    open(application, "a", 0);
    awaitParked(runner, "unknown");
    unknown.add("b");
    open(application, "b", 0);
    awaitParked(runner, "unknown", "unknown");
    List<Long> numbers = parked(runner).stream().map(Parked::number).toList();
    unknown.remove("b");

    assertThat(retry("b").settled()).isTrue();
    assertThat(sent).containsExactly("b");
    long seen = tries.get();
    open(application, "c", 0);
    await().atMost(Application.LIMIT).until(() -> sent.contains("c"));
    assertThat(tries).as("of the older one").hasValue(seen);
    assertThat(parked(runner)).extracting(Parked::number).isEqualTo(numbers);
    unknown.clear();
    runner.parked().replay().await().atMost(Application.LIMIT);
    await().atMost(Application.LIMIT).until(() -> parked(runner).isEmpty());
    assertThat(sent).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void is_not_found_where_its_stream_is_gone() throws Exception {
    unknown.add("a");
    open(application, "a", 0);
    awaitParked(runner, "unknown");
    Parked parked = of("a");
    ground.server.client().deleteStream("money-a", DeleteStreamOptions.get()).get();

    assertThatThrownBy(() -> runner.parked().retry(parked).await().atMost(Application.LIMIT))
        .isInstanceOf(NotFound.class);
  }
}
