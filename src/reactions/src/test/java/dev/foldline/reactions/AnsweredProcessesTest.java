package dev.foldline.reactions;

import static org.assertj.core.api.Assertions.assertThat;

import com.eventstore.dbclient.DeleteStreamOptions;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Progress;
import dev.foldline.core.Reaction;
import dev.foldline.core.Result;
import dev.foldline.core.Steps;
import dev.foldline.core.Stored;
import dev.foldline.reactions.AnsweredProcesses.Answered;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The processes that an application ever answered")
class AnsweredProcessesTest {

  record Trip(Steps steps) implements Progress {}

  @Stored("trip-moved")
  record Moved() {}

  record Told(String trip, Result result) {}

  private static final Category<Moved> TRIPS = Category.of("trip", Moved.class);

  private static final Decider<Told, Trip, Moved> DECIDER =
      new Decider<>(
          TRIPS, Told::trip, new Trip(Steps.NONE), (_, _) -> List.of(), (trip, _) -> trip);

  private Ground ground;
  private Application application;
  private AnsweredProcesses answered;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
    application = ground.application();
    answered = new AnsweredProcesses(application.store(), Ground.NAMESPACE);
  }

  @AfterEach
  void stop() {
    ground.close();
  }

  private static List<ProcessManager> answering(String reaction) {
    return ProcessManager.of(
        List.of(
            Reaction.of(reaction, TRIPS, _ -> List.of())
                .answering(DECIDER, (event, result) -> new Told(event.id(), result))));
  }

  private List<Answered> keep(List<ProcessManager> processes) {
    return answered.keep(processes).await().atMost(Application.LIMIT);
  }

  @Test
  void are_missed_by_name_where_no_reaction_answers_them_any_more() {
    assertThat(keep(answering("trip-next"))).isEmpty();

    assertThat(keep(List.of())).containsExactly(new Answered(1, "trip", "trip-next"));
    assertThat(keep(List.of())).as("at each start").hasSize(1);
  }

  @Test
  void are_not_missed_where_another_reaction_answers_them() {
    keep(answering("trip-next"));
    keep(answering("trip-next"));

    assertThat(keep(answering("trip-next-2"))).isEmpty();
    assertThat(keep(List.of()))
        .extracting(Answered::reaction)
        .containsExactly("trip-next", "trip-next-2");
    assertThat(application.stream(answered.stream())).as("each is kept once").hasSize(2);
  }

  @Test
  void are_forgotten_where_they_were_deleted() throws Exception {
    keep(answering("trip-next"));
    ground.server.client().deleteStream(answered.stream(), DeleteStreamOptions.get()).get();

    assertThat(keep(List.of())).isEmpty();
    keep(answering("trip-next"));
    assertThat(keep(List.of())).hasSize(1);
  }
}
