package dev.foldline.testing;

import static dev.foldline.testing.Given.given;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Caller;
import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Refused;
import dev.foldline.core.Stored;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The test of a decider")
class GivenTest {

  @Stored("taken")
  record Taken(String by) {}

  /** Somebody takes a seat, which is free where nobody has it. */
  record Take(String seat, String by) {}

  /** Whoever has a seat may have it taken by another one, and so may a steward. */
  private static final Decider<Take, String, Taken> SEAT =
      new Decider<>(
              Category.of("seat", Taken.class),
              Take::seat,
              "",
              GivenTest::decide,
              GivenTest::evolve)
          .guardedBy(GivenTest::may);

  private static boolean may(Caller caller, Take take, String owner) {
    return owner.isEmpty() || caller.is(owner) || caller.hasRole("steward");
  }

  private static List<Taken> decide(Take take, String owner) {
    if (take.by().isEmpty()) {
      throw new Refused("by-nobody");
    }
    return take.by().equals(owner) ? List.of() : List.of(new Taken(take.by()));
  }

  private static String evolve(String owner, Taken taken) {
    return taken.by();
  }

  private static final Take BY_BOB = new Take("1", "bob");
  private static final Take BY_NOBODY = new Take("1", "");

  @Test
  void says_what_it_leads_to() {
    given(SEAT).when(BY_BOB).then(new Taken("bob"));
    given(SEAT, new Taken("bob")).as("bob").when(BY_BOB).thenNothing();
    given(SEAT).when(BY_NOBODY).thenRefused("by-nobody");
  }

  @Test
  void says_who_gives_the_command() {
    given(SEAT, new Taken("ada")).as("ada").when(BY_BOB).then(new Taken("bob"));
    given(SEAT, new Taken("ada")).as("eve", "usher", "steward").when(BY_BOB).then(new Taken("bob"));
    given(SEAT, new Taken("ada")).as("eve", "usher").when(BY_BOB).thenForbidden();
    given(SEAT, new Taken("ada")).when(BY_BOB).thenForbidden();
  }

  @Test
  void asks_the_guard_before_the_business() {
    given(SEAT, new Taken("ada")).as("eve").when(BY_NOBODY).thenForbidden();
  }

  @Test
  void says_what_came_instead() {
    assertThatThrownBy(() -> given(SEAT).when(BY_BOB).thenForbidden())
        .hasMessage("not forbidden, but led to [Taken[by=bob]]");
    assertThatThrownBy(() -> given(SEAT).when(BY_BOB).thenRefused("by-nobody"))
        .hasMessage("not refused with by-nobody, but led to [Taken[by=bob]]");
    assertThatThrownBy(() -> given(SEAT).when(BY_NOBODY).thenForbidden())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("by nobody");
    assertThatThrownBy(() -> given(SEAT, new Taken("ada")).when(BY_BOB).then(new Taken("bob")))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not done, but forbidden");
    assertThatThrownBy(() -> given(SEAT, new Taken("ada")).when(BY_BOB).thenRefused("by-nobody"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Forbidden");
  }
}
