package dev.foldline.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Activity;
import dev.foldline.core.Category;
import dev.foldline.core.Changes;
import dev.foldline.core.Decider;
import dev.foldline.core.Projection;
import dev.foldline.core.Reaction;
import dev.foldline.core.Stored;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The constants of an application")
class ConstantsTest {

  @Stored("work-begun")
  record Begun(String by) {
    private static final Category<Begun> WORK = Category.of("work", Begun.class);
  }

  @Stored("lamp-switched")
  record Switched() {}

  /** Its category stands nowhere else. */
  interface Lamp {
    Decider<String, String, Switched> DECIDER =
        new Decider<>(
            Category.of("lamp", Switched.class),
            id -> id,
            "",
            (_, _) -> List.of(),
            (state, _) -> state);
  }

  record Last(String by) {
    static final Projection<Last> PROJECTION = last("last");
    static final Projection<Last> AGAIN = PROJECTION;
    static final int VERSION = 1;

    static Projection<Last> last(String name) {
      return Projection.of(name, 1, Last.class)
          .on(Begun.WORK, (_, begun) -> Changes.to(new Last(begun.event().by())));
    }
  }

  static final class Broken {
    static final Category<String> NAMELESS = Category.of("text", String.class);

    private Broken() {}
  }

  static final class Twin {
    static final Projection<Last> LAST = Last.last("last");

    private Twin() {}
  }

  private record Note(String text) {}

  private record Sent() {}

  static final class Next {
    static final Activity<Note, Sent> NOTE = Activity.of("note", Note.class, Sent.class);
    static final Reaction<Begun> TELL =
        Reaction.<Begun>of("tell", Begun.WORK, _ -> List.of())
            .answering(Lamp.DECIDER, (_, result) -> result.effect());

    private Next() {}
  }

  static final class Namesake {
    static final Reaction<Begun> TELL = Reaction.of("tell", Begun.WORK, _ -> List.of());

    private Namesake() {}
  }

  /** It and its state need each other. */
  static final class Circle {
    static final Reaction<Switched> REACTION =
        Reaction.of("circle", Round.DECIDER, (_, _) -> List.of());
    static final Category<Switched> SWITCHES = Category.of("switch", Switched.class);

    private Circle() {}
  }

  record Round() {
    static final Decider<String, Round, Switched> DECIDER =
        new Decider<>(
            Circle.SWITCHES, id -> id, new Round(), (_, _) -> List.of(), (state, _) -> state);
  }

  private static Constants in(Class<?>... holders) {
    return Constants.in(
        Stream.of(holders).map(Class::getName).toList(), ConstantsTest.class.getClassLoader());
  }

  @Test
  void are_found_whoever_may_see_them_and_once_each() {
    Constants found = in(Last.class, Lamp.class, Begun.class);

    assertThat(found.categories()).containsExactlyInAnyOrder(Begun.WORK, Lamp.DECIDER.category());
    assertThat(found.projections()).containsExactly(Last.PROJECTION);
  }

  @Test
  void are_reactions_with_whom_they_tell_and_what_other_systems_do() {
    Constants found = in(Next.class);

    assertThat(found.categories()).containsExactlyInAnyOrder(Begun.WORK, Lamp.DECIDER.category());
    assertThat(found.reactions()).containsExactly(Next.TELL);
    assertThat(found.activities()).containsExactly(Next.NOTE);
    assertThatThrownBy(() -> in(Next.class, Namesake.class))
        .hasMessageContaining("two reactions are called 'tell'");
  }

  @Test
  void are_refused_where_interfaces_need_each_other() {
    assertThatThrownBy(() -> in(Circle.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hold one of the two in a class of its own");
  }

  @Test
  void are_refused_with_the_class_that_holds_them() {
    assertThatThrownBy(() -> in(Broken.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s: java.lang.String has no stored name: give it one with @Stored(\"…\")",
            Broken.class.getName());
    assertThatThrownBy(() -> Constants.in(List.of("no.Such"), ClassLoader.getSystemClassLoader()))
        .hasMessageContaining("no.Such can't be loaded");
  }

  @Test
  void are_refused_where_two_have_one_name() {
    assertThatThrownBy(() -> in(Last.class, Twin.class))
        .hasMessageContaining("two projections are called 'last'");
    Category<Switched> twin = Category.of("work", Switched.class);
    assertThatThrownBy(
            () ->
                new Constants(
                    List.of(Begun.WORK, twin), List.of(), List.of(), List.of(), List.of()))
        .hasMessageContaining("two categories are called 'work'");
  }

  @Test
  void say_where_a_projection_would_be_that_was_not_found() {
    Constants found = in(Last.class);
    found.require(Last.PROJECTION);

    assertThatThrownBy(() -> found.require(Last.last("elsewhere")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the projection 'elsewhere' was not found")
        .hasMessageContaining(Last.class.getName())
        .hasMessageContaining(
            Last.class.getProtectionDomain().getCodeSource().getLocation().toString())
        .hasMessageContaining("quarkus.index-dependency");
  }
}
