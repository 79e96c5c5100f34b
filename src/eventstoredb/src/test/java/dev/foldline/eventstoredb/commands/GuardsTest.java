package dev.foldline.eventstoredb.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Caller;
import dev.foldline.core.Decider;
import dev.foldline.core.Forbidden;
import dev.foldline.core.KeyReused;
import dev.foldline.core.PreconditionFailed;
import dev.foldline.core.Receipt;
import dev.foldline.core.Recorded;
import dev.foldline.core.Snapshots;
import dev.foldline.core.StoredEvent;
import dev.foldline.core.commands.CommandContext;
import dev.foldline.core.commands.Precondition;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.eventstoredb.commands.Counter.Command;
import dev.foldline.eventstoredb.commands.Counter.Command.Add;
import dev.foldline.eventstoredb.commands.Counter.Command.AddOneByOne;
import dev.foldline.eventstoredb.commands.Counter.Command.Take;
import dev.foldline.eventstoredb.commands.Counter.Command.TakeAll;
import dev.foldline.eventstoredb.events.EventMetadata;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The command handler of a decider with a guard")
class GuardsTest extends StreamScenario {

  private static final Caller TELLER = new Caller("tess", Set.of("teller"));
  private static final Caller ADA = new Caller("ada", Set.of());
  private static final Caller BOB = new Caller("bob", Set.of());

  /** Tellers may do anything; others nothing with 100 and more. */
  private static final Decider<Counter.To, Counter, Counter.Event> GUARDED =
      Counter.DECIDER.guardedBy(
          (caller, _, counter) -> caller.hasRole("teller") || Counter.amount(counter) < 100);

  private final Instance instance = Instance.of(streams);

  private Uni<Receipt> handle(Instance instance, CommandContext context, Command command) {
    instance.context = context;
    return instance.handle(GUARDED, id, command);
  }

  private Uni<Receipt> handle(Caller caller, Command command) {
    return handle(instance, CommandContext.NONE.by(caller), command);
  }

  private Uni<Receipt> handle(Instance instance, Caller caller, String key, Command command) {
    return handle(instance, Instance.said(Instance.keyed(key, command)).by(caller), command);
  }

  private Uni<Receipt> handle(Caller caller, String key, Command command) {
    return handle(instance, caller, key, command);
  }

  private static void assertForbidden(Uni<Receipt> answer) {
    assertThatThrownBy(() -> get(answer)).isInstanceOf(Forbidden.class);
  }

  @Test
  void does_what_the_guard_lets_and_nothing_else() {
    get(handle(ADA, new Add(100)));

    assertForbidden(handle(ADA, new Add(1)));
    assertForbidden(handle(Caller.ANONYMOUS, new Add(2)));
    get(handle(TELLER, new Take(50)));
    get(handle(Caller.ANONYMOUS, new Add(3)));

    assertThat(amounts()).containsExactly(100L, -50L, 3L);
  }

  @Test
  void forbids_only_on_a_state_that_was_verified() {
    get(handle(ADA, new Add(100)));
    get(Instance.of(streams).handle(id, new Take(50)));

    assertThat(get(handle(ADA, new Add(1))).revision()).isEqualTo(2);
  }

  @Test
  void asks_the_guard_again_where_others_were_first() {
    get(handle(ADA, new Add(1)));
    get(Instance.of(streams).handle(id, new Add(99)));

    assertForbidden(handle(ADA, new Add(1)));
    assertThat(amounts()).containsExactly(1L, 99L);
  }

  @Test
  void asks_the_guard_in_the_state_that_the_command_before_leaves() {
    var first = handle(ADA, new Add(1)).subscribeAsCompletionStage();
    var much = handle(ADA, new Add(99)).subscribeAsCompletionStage();
    var forbidden = handle(ADA, new Add(2)).subscribeAsCompletionStage();
    var allowed = handle(TELLER, new Take(50)).subscribeAsCompletionStage();
    var again = handle(ADA, new Add(3)).subscribeAsCompletionStage();

    assertThat(first.join().revision()).isZero();
    assertThat(much.join().revision()).isEqualTo(1);
    assertThatThrownBy(forbidden::join).hasCauseInstanceOf(Forbidden.class);
    assertThat(allowed.join().revision()).isEqualTo(2);
    assertThat(again.join().revision()).isEqualTo(3);
  }

  @Test
  void tells_nothing_of_the_stream_to_whom_it_forbids() {
    get(handle(TELLER, "k", new Add(100)));

    assertForbidden(handle(ADA, "k", new Add(1)));
    assertForbidden(handle(ADA, new Take(1_000)));
    assertForbidden(
        handle(
            instance,
            new CommandContext(
                ADA,
                Optional.empty(),
                new Precondition.MustNotExist(),
                Map.of(),
                Duration.ofSeconds(10)),
            new Add(1)));
    assertThatThrownBy(() -> get(handle(TELLER, "k", new Add(1)))).isInstanceOf(KeyReused.class);
    assertThatThrownBy(
            () ->
                get(
                    handle(
                        instance,
                        new CommandContext(
                            TELLER,
                            Optional.empty(),
                            new Precondition.MustNotExist(),
                            Map.of(),
                            Duration.ofSeconds(10)),
                        new Add(1))))
        .isInstanceOf(PreconditionFailed.class);
  }

  @Test
  void shows_a_repeat_to_its_own_subject_whatever_the_guard_says_by_now() {
    Receipt first = get(handle(ADA, "k", new Add(100)));
    Receipt replayed = new Receipt(first.stream(), first.revision(), true);

    assertThat(get(handle(ADA, "k", new Add(100)))).isEqualTo(replayed);
    assertThat(get(handle(Instance.of(streams), ADA, "k", new Add(100)))).isEqualTo(replayed);
    assertThat(amounts()).containsExactly(100L);
  }

  @Test
  void shows_a_repeat_to_others_only_where_they_may_give_it_now() {
    Receipt first = get(handle(ADA, "k", new Add(100)));
    Receipt replayed = new Receipt(first.stream(), first.revision(), true);

    assertForbidden(handle(BOB, "k", new Add(100)));
    assertForbidden(handle(Caller.ANONYMOUS, "k", new Add(100)));
    assertForbidden(handle(Instance.of(streams), BOB, "k", new Add(100)));
    assertThat(get(handle(TELLER, "k", new Add(100)))).isEqualTo(replayed);
    get(handle(TELLER, new Take(50)));
    assertThat(get(handle(BOB, "k", new Add(100)))).isEqualTo(replayed);
  }

  @Test
  void takes_no_two_anonymous_callers_for_the_same() {
    get(handle(Caller.ANONYMOUS, "k", new Add(100)));

    assertForbidden(handle(Caller.ANONYMOUS, "k", new Add(100)));
  }

  @Test
  void shows_a_repeat_to_others_only_on_a_state_that_was_verified() {
    get(handle(ADA, "k", new Add(10)));
    get(Instance.of(streams).handle(id, new Add(90)));

    assertForbidden(handle(BOB, "k", new Add(10)));
  }

  @Test
  void does_not_take_the_same_request_of_another_subject_for_done_by_it() {
    Instance stale = Instance.of(streams);
    get(handle(stale, CommandContext.NONE.by(BOB), new Add(1)));
    get(handle(ADA, "k", new Add(99)));

    assertForbidden(handle(stale, BOB, "k", new Add(99)));
  }

  @Test
  void knows_in_a_batch_whose_command_it_was() {
    get(handle(ADA, new Add(1)));
    var first = handle(ADA, "k", new Add(99)).subscribeAsCompletionStage();
    var own = handle(ADA, "k", new Add(99)).subscribeAsCompletionStage();
    var others = handle(BOB, "k", new Add(99)).subscribeAsCompletionStage();

    assertThat(first.join().revision()).isEqualTo(1);
    assertThat(own.join()).isEqualTo(new Receipt(first.join().stream(), 1, true));
    assertThatThrownBy(others::join).hasCauseInstanceOf(Forbidden.class);
  }

  @Test
  void says_there_is_nothing_to_do_only_to_whom_it_may() {
    get(handle(ADA, new AddOneByOne(3)));
    assertThat(get(handle(BOB, new TakeAll())).revision()).isEqualTo(3);
    assertThat(get(handle(BOB, new TakeAll())).revision()).isEqualTo(3);
    get(handle(ADA, new Add(100)));

    assertForbidden(handle(BOB, new TakeAll()));
  }

  @Test
  void knows_from_a_snapshot_whose_command_it_was() {
    Snapshots snapshots = new Instance.Memory();
    CommandOptions often = HandlerOptions.of(it -> it.snapshotEvery = 2);
    Instance first = instance(snapshots, often);
    get(handle(first, ADA, "k", new AddOneByOne(2)));
    get(handle(first, CommandContext.NONE.by(ADA), new Add(100)));

    Instance second = instance(snapshots, often);
    assertThat(get(handle(second, ADA, "k", new AddOneByOne(2))).replayed()).isTrue();
    assertForbidden(handle(second, BOB, "k", new AddOneByOne(2)));
  }

  @Test
  void writes_the_subject_beside_the_events_as_it_is() {
    String odd = "Ädä \"Löve\" lace\\ \uD83D\uDE00\n";
    get(handle(new Caller(odd, Set.of()), "k", new Add(1)));
    get(handle(Caller.ANONYMOUS, "l", new Add(1)));

    assertThat(events().getFirst().metadata()).containsEntry("user", odd);
    assertThat(user(events().getFirst())).isEqualTo(odd);
    assertThat(events().getLast().metadata()).doesNotContainKey("user");
    assertThat(user(events().getLast())).isEmpty();
  }

  private static String user(Recorded<StoredEvent> event) {
    List<RecentKeys.Entry> found = new ArrayList<>();
    EventMetadata.remember(event, found::add, _ -> {});
    return found.getFirst().user();
  }
}
