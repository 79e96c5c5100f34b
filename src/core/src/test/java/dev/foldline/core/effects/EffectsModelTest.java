package dev.foldline.core.effects;

import static dev.foldline.core.effects.Scenario.call;
import static dev.foldline.core.effects.Scenario.cancel;
import static dev.foldline.core.effects.Scenario.deleted;
import static dev.foldline.core.effects.Scenario.letter;
import static dev.foldline.core.effects.Scenario.otherEffect;
import static dev.foldline.core.effects.Scenario.payIn;
import static dev.foldline.core.effects.Scenario.redirected;
import static dev.foldline.core.effects.Scenario.sweep;
import static dev.foldline.core.effects.Scenario.tombstoned;
import static dev.foldline.core.effects.Scenario.truncated;
import static dev.foldline.core.effects.Scenario.with;
import static dev.foldline.core.effects.Scenario.withdraw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Every history of executions of one effect, within bounds: by instances that pause, die and
 * remember little, of releases that make other commands of the same event, on a store that loses
 * answers and has appends come late, while others append, truncate and delete. All within small
 * bounds, the shortest first; and thousands by chance within larger ones.
 *
 * <p>{@code -Dreactions.histories=1000000 -Dreactions.seed=7} for the long form, some minutes.
 */
@DisplayName("Every history of an effect")
class EffectsModelTest {

  private static final Set<Wrong> ANYTHING = EnumSet.allOf(Wrong.class);

  /** There is enough for it, or not; with another payment there is. */
  private static final BiFunction<String, String, Effect> ONCE = withdraw(6, 1);

  /** As a newer release has it: in two events. */
  private static final BiFunction<String, String, Effect> TWICE = withdraw(2, 2);

  private static final Log NO_ACCOUNT = with(Log.EMPTY, "transfer-1", new Bank.Requested("a"));

  private static final Log ASKED =
      with(with(Log.EMPTY, "account-a", new Bank.PaidIn(5)), "transfer-1", new Bank.Requested("a"));

  /** One transfer asks twice. */
  private static final Log ASKED_TWICE = with(ASKED, "transfer-1", new Bank.Requested("a"));

  private static final Log ASKED_BY_TWO = with(ASKED, "transfer-2", new Bank.Requested("a"));

  /** So much came behind it that the memory does not reach back to it. */
  private static final Log ASKED_BEFORE_OTHERS =
      otherEffect("account-a", "y").does().apply(otherEffect("account-a", "x").does().apply(ASKED));

  private static final List<String> WHAT_MAY_HAPPEN =
      List.of(
          "reads back",
          "asks whether",
          "a late append",
          "whose answer is lost",
          "that is lost",
          "store is away",
          "dies",
          "catches up",
          "executions [0, ",
          "deleted",
          "tombstoned",
          "truncated",
          "pay-in",
          "call of instance",
          ", with executions",
          "other effect",
          "acknowledged",
          "parked");

  private static Scenario two(Log log) {
    return Scenario.of(log).run(0, "take", "transfer-1", ONCE).run(1, "take", "transfer-1", TWICE);
  }

  private static void isRight(Scenario scenario) {
    Histories.Seen seen = Histories.all(scenario, ANYTHING);
    assertThat(seen.wrong()).as("%s", seen).isNull();
  }

  private static void isFoundOut(
      Rule rule, Wrong wrong, Function<Scenario, Scenario> scenario, Log log) {
    Histories.Seen right = Histories.all(scenario.apply(Scenario.of(log)), ANYTHING);
    assertThat(right.wrong()).as("%s", right).isNull();
    Histories.Seen seen =
        Histories.all(scenario.apply(Scenario.of(log).broken(rule)), EnumSet.of(wrong));
    assertThat(seen.wrong()).as("%s", rule).isEqualTo(wrong);
  }

  private final long first = Long.getLong("reactions.seed", 1);
  private final int histories = Integer.getInteger("reactions.histories", 2_000);

  private static Scenario any(Random random) {
    List<BiFunction<String, String, Effect>> commands =
        List.of(ONCE, TWICE, withdraw(1, 1), sweep(), cancel());
    Log log = List.of(NO_ACCOUNT, ASKED, ASKED_TWICE, ASKED_BEFORE_OTHERS).get(random.nextInt(4));
    Scenario scenario = Scenario.of(log);
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      scenario =
          scenario.runOf(
              random.nextInt((int) log.last("transfer-1") + 1),
              random.nextInt(3),
              random.nextInt(4) == 0 ? "charge" : "take",
              "transfer-1",
              commands.get(random.nextInt(commands.size())));
    }
    List<Scenario.Other> others =
        new ArrayList<>(
            List.of(
                payIn("a", 1),
                payIn("a", 5),
                call(0, "a", 3),
                call(1, "a", 5),
                otherEffect("account-a", "u"),
                otherEffect("account-a", "v"),
                otherEffect("transfer-1", "w"),
                deleted("account-a"),
                truncated("account-a"),
                tombstoned("account-a"),
                deleted("transfer-1")));
    Collections.shuffle(others, random);
    return (random.nextBoolean() ? scenario : scenario.warm())
        .others(others.subList(0, random.nextInt(6)).toArray(Scenario.Other[]::new))
        .remembering(1 + random.nextInt(3))
        .lost(random.nextInt(4))
        .crashes(random.nextInt(3));
  }

  @Test
  void by_chance() {
    for (long seed = first; seed < first + histories; seed++) {
      Random random = new Random(seed);
      Histories.Seen seen = Histories.one(any(random), random, ANYTHING);
      assertThat(seen.wrong()).as("seed %d: %s", seed, seen).isNull();
    }
  }

  @Test
  void by_chance_goes_through_all_that_may_happen() {
    Map<String, Integer> seen = new HashMap<>();
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      List<String> history = Histories.one(any(random), random, ANYTHING).history();
      for (String what : WHAT_MAY_HAPPEN) {
        seen.merge(
            what, history.stream().anyMatch(step -> step.contains(what)) ? 1 : 0, Integer::sum);
      }
    }
    assertThat(seen).allSatisfy((_, histories) -> assertThat(histories).isGreaterThan(10));
  }

  @Test
  void with_a_lost_append() {
    isRight(two(ASKED).others(payIn("a", 5)).lost(1));
  }

  @Test
  void with_an_instance_that_dies() {
    isRight(two(ASKED).others(payIn("a", 5)).crashes(1).warm());
  }

  @Test
  void with_three_executions() {
    isRight(two(ASKED).run(2, "take", "transfer-1", TWICE).others(payIn("a", 5)));
  }

  @Test
  void with_executions_whose_commands_are_handled_together() {
    isRight(two(ASKED).run(0, "take", "transfer-1", TWICE).others(payIn("a", 5)).warm());
  }

  @Test
  void with_callers_whose_commands_are_handled_together_with_those_of_effects() {
    isRight(two(ASKED).others(call(0, "a", 5), call(1, "a", 5), deleted("account-a")).warm());
  }

  @Test
  void with_a_memory_that_others_use_up() {
    isRight(two(ASKED_BEFORE_OTHERS).others(otherEffect("account-a", "z")));
  }

  @Test
  void with_a_memory_of_those_who_are_told_that_others_use_up() {
    isRight(
        two(ASKED).others(otherEffect("transfer-1", "x"), otherEffect("transfer-1", "y")).warm());
  }

  @Test
  void with_no_account_before() {
    isRight(two(NO_ACCOUNT).others(payIn("a", 6)).warm());
  }

  @Test
  void with_an_account_that_is_deleted_and_begun_anew() {
    isRight(two(ASKED).others(deleted("account-a"), payIn("a", 6)).warm());
  }

  @Test
  void with_streams_that_are_truncated_and_deleted_for_good() {
    isRight(two(ASKED).others(truncated("account-a"), tombstoned("account-a")));
  }

  @Test
  void with_a_transfer_that_is_deleted() {
    isRight(two(ASKED).others(deleted("transfer-1"), otherEffect("account-a", "x")).warm());
  }

  @Test
  void with_two_effects_whose_targets_are_gone() {
    isRight(
        Scenario.of(ASKED_TWICE)
            .run(0, "take", "transfer-1", ONCE)
            .runOf(1, 0, "take", "transfer-1", TWICE)
            .others(deleted("account-a")));
  }

  @Test
  void rule_1_a_refusal_leaves_a_mark() {
    isFoundOut(
        Rule.A_REFUSAL_IS_MARKED,
        Wrong.TOLD_OTHERWISE,
        from ->
            from.run(0, "take", "transfer-1", ONCE)
                .run(1, "take", "transfer-1", ONCE)
                .others(payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_1_what_decides_nothing_leaves_a_mark() {
    isFoundOut(
        Rule.NOTHING_TO_DO_IS_MARKED,
        Wrong.TOLD_OTHERWISE,
        from ->
            from.run(0, "take", "transfer-1", sweep())
                .run(1, "take", "transfer-1", sweep())
                .others(payIn("a", 5)),
        with(
            with(Log.EMPTY, "account-a", new Bank.PaidIn(0)),
            "transfer-1",
            new Bank.Requested("a")));
  }

  @Test
  void rule_1_a_mark_stands_at_the_revision_it_was_decided_on() {
    isFoundOut(
        Rule.A_MARK_STANDS_WHERE_IT_WAS_DECIDED,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", ONCE)
                .run(1, "take", "transfer-1", ONCE)
                .others(payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_2_the_key_holds_the_reaction() {
    isFoundOut(
        Rule.THE_KEY_HOLDS_THE_REACTION,
        Wrong.ACKNOWLEDGED_WITHOUT_AN_OUTCOME,
        from ->
            from.run(0, "take", "transfer-1", TWICE).run(1, "charge", "transfer-1", withdraw(1, 1)),
        ASKED);
  }

  @Test
  void rule_2_the_key_holds_the_event() {
    isFoundOut(
        Rule.THE_KEY_HOLDS_THE_EVENT,
        Wrong.ACKNOWLEDGED_WITHOUT_AN_OUTCOME,
        from -> from.run(0, "take", "transfer-1", TWICE).run(1, "take", "transfer-2", TWICE),
        ASKED_BY_TWO);
  }

  @Test
  void rule_2_there_is_one_key_of_the_answer() {
    isFoundOut(
        Rule.THERE_IS_ONE_KEY_OF_THE_ANSWER,
        Wrong.TOLD_TWICE,
        from -> from.run(0, "send", "transfer-1", letter()).run(1, "send", "transfer-1", letter()),
        ASKED);
  }

  @Test
  void rule_3_event_ids_hold_what_is_appended() {
    isFoundOut(
        Rule.EVENT_IDS_HOLD_WHAT_IS_APPENDED,
        Wrong.TOLD_OTHERWISE,
        from ->
            from.run(0, "take", "transfer-1", withdraw(5, 1)).run(1, "take", "transfer-1", ONCE),
        ASKED);
  }

  @Test
  void rule_4_what_is_done_depends_on_the_event_alone() {
    isFoundOut(
        Rule.A_REACTION_KNOWS_THE_EVENT_ALONE,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(redirected("transfer-1", "b"), payIn("b", 5)),
        ASKED);
  }

  @Test
  void rule_5_the_memory_says_what_it_forgot() {
    isFoundOut(
        Rule.THE_MEMORY_SAYS_WHAT_IT_FORGOT,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(otherEffect("account-a", "x")),
        ASKED);
  }

  @Test
  void rule_5_the_memory_is_of_effects_alone() {
    isFoundOut(
        Rule.THE_MEMORY_IS_OF_EFFECTS_ALONE,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_5_the_check_is_made_again_after_each_conflict() {
    isFoundOut(
        Rule.THE_CHECK_IS_MADE_AFTER_EACH_CONFLICT,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", ONCE)
                .others(otherEffect("account-a", "z")),
        ASKED_BEFORE_OTHERS);
  }

  @Test
  void rule_6_the_position_is_that_of_the_cause() {
    isFoundOut(
        Rule.THE_POSITION_IS_THAT_OF_THE_CAUSE,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(otherEffect("account-a", "x"), payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_7_what_is_deleted_is_not_what_never_was() {
    isFoundOut(
        Rule.DELETED_IS_NOT_NEVER_WAS,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", ONCE)
                .others(deleted("account-a")),
        ASKED);
  }

  @Test
  void rule_7_what_is_gone_may_have_held_it() {
    isFoundOut(
        Rule.WHAT_IS_GONE_MAY_HAVE_HELD_IT,
        Wrong.TWO_OUTCOMES,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(deleted("account-a"), payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_7_what_is_left_may_hold_it() {
    isFoundOut(
        Rule.WHAT_IS_LEFT_MAY_HOLD_IT,
        Wrong.UNKNOWN_THOUGH_READABLE,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", ONCE)
                .others(truncated("account-a"), payIn("a", 5)),
        ASKED);
  }

  @Test
  void rule_7_what_was_told_is_not_parked() {
    isFoundOut(
        Rule.WHAT_WAS_TOLD_IS_NOT_PARKED,
        Wrong.PARKED_THOUGH_TOLD,
        from ->
            from.run(0, "take", "transfer-1", TWICE)
                .run(1, "take", "transfer-1", TWICE)
                .others(deleted("account-a")),
        ASKED);
  }

  @Test
  void rule_8_what_stands_is_told() {
    isFoundOut(
        Rule.WHAT_STANDS_IS_TOLD,
        Wrong.TOLD_OTHERWISE,
        from -> from.run(0, "take", "transfer-1", TWICE).run(1, "take", "transfer-1", ONCE),
        ASKED);
  }

  @Test
  void rule_9_only_an_answer_ends_a_step() {
    isFoundOut(
        Rule.ONLY_AN_ANSWER_ENDS_A_STEP,
        Wrong.TOLD_OTHERWISE,
        from -> from.run(0, "take", "transfer-1", TWICE).run(1, "take", "transfer-1", cancel()),
        ASKED);
  }

  @Test
  void rule_10_it_is_acknowledged_after_the_answer() {
    isFoundOut(
        Rule.IT_IS_ACKNOWLEDGED_AFTER_THE_ANSWER,
        Wrong.ACKNOWLEDGED_AND_NOT_TOLD,
        from -> from.run(0, "take", "transfer-1", TWICE).crashes(1),
        ASKED);
  }

  @Test
  void rule_13_names_stay() {
    isFoundOut(
        Rule.NAMES_STAY,
        Wrong.TWO_OUTCOMES,
        from -> from.run(0, "take", "transfer-1", TWICE).runRenamed(1, "take", "transfer-1", TWICE),
        ASKED);
  }
}
