package dev.foldline.testing;

import static dev.foldline.core.Effect.cancel;
import static dev.foldline.core.Effect.perform;
import static dev.foldline.core.Effect.send;
import static java.nio.file.Files.readString;
import static java.nio.file.Files.writeString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Activity;
import dev.foldline.core.Category;
import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import dev.foldline.core.Stored;
import dev.foldline.core.Upcaster;
import dev.foldline.testing.Account.Command.Deposit;
import dev.foldline.testing.Transfer.Event.Completed;
import dev.foldline.testing.Transfer.Event.Failed;
import dev.foldline.testing.Transfer.Event.Rejected;
import dev.foldline.testing.Transfer.Event.Requested;
import dev.foldline.testing.Transfer.Event.Taken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The effects of a reaction")
class GoldenEffectsTest {

  private static final String SWITCH = "golden.write";
  private static final Activity<String, String> LETTER =
      Activity.of("letter", String.class, String.class);
  private static final Effect TAKE = send("take", Account.DECIDER, new Deposit("a", 1));
  private static final Effect WRITE = perform("write", LETTER, "a");

  sealed interface Asked {
    @Stored("asked.v2")
    record Twice(String what) implements Asked {}

    @Stored("dropped")
    record Dropped() implements Asked {}
  }

  private static final Category<Asked> ASKED =
      Category.of("asked", Asked.class, Upcaster.toNext("asked", data -> data));

  @TempDir private Path directory;

  private static Reaction<Asked> reaction(Effect... effects) {
    return Reaction.of(
        "ask",
        ASKED,
        recorded -> recorded.event() instanceof Asked.Twice ? List.of(effects) : List.of());
  }

  private void check(Effect... effects) {
    GoldenEffects.in(directory, reaction(effects))
        .history(new Asked.Twice("a"), new Asked.Dropped())
        .check();
  }

  private void checkAndWrite(Effect... effects) {
    System.setProperty(SWITCH, "true");
    try {
      check(effects);
    } finally {
      System.clearProperty(SWITCH);
    }
  }

  @Test
  void keep_their_names_and_targets() {
    GoldenEffects.of(Transfer.NEXT)
        .history(new Requested("a", "b", 30), new Taken("b", 30), new Completed())
        .history(new Requested("a", "b", 30), new Taken("b", 30), new Rejected("a", 30))
        .history(new Requested("a", "b", 30), new Failed("insufficient-funds"))
        .check();
  }

  @Test
  void say_what_is_later_and_what_is_cancelled() throws IOException {
    checkAndWrite(TAKE, cancel("stop", "take"));
    assertThat(readString(directory.resolve("ask.effects")))
        .contains("asked.v2: stop -> cancels take");
  }

  @Test
  void fail_where_an_activity_is_cancelled_or_what_there_is_not() {
    assertThatThrownBy(() -> checkAndWrite(WRITE, cancel("stop", "write")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("'asked.v2: stop -> cancels write' cancels a command or a reminder");
    assertThatThrownBy(() -> checkAndWrite(WRITE, cancel("stop", "take")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("cancels a command or a reminder");
  }

  @Test
  void are_written_where_they_are_new_and_nowhere_else() throws IOException {
    assertThatThrownBy(() -> check(TAKE, WRITE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dgolden.write=true")
        .hasMessageContaining("asked.v2");
    checkAndWrite(TAKE, WRITE);
    String written =
        """
        asked.v2: take -> account
        asked.v2: write -> activity letter
        dropped: nothing
        """;
    assertThat(readString(directory.resolve("ask.effects"))).isEqualTo(written);

    check(WRITE, TAKE);
    assertThatThrownBy(() -> checkAndWrite(TAKE)).isInstanceOf(AssertionError.class);
    assertThat(readString(directory.resolve("ask.effects"))).isEqualTo(written);
  }

  @Test
  void fail_where_one_is_another_or_gone_or_new() throws IOException {
    checkAndWrite(TAKE);

    assertThatThrownBy(() -> check(send("take-out", Account.DECIDER, new Deposit("a", 1))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            """
            - asked.v2: take -> account
            + asked.v2: take-out -> account
            The key of an effect holds its name""")
        .hasMessageContaining("Reaction.of(\"another-name\", …).after(\"ask\")");
    assertThatThrownBy(() -> check(perform("take", LETTER, "a")))
        .hasMessageContaining("+ asked.v2: take -> activity letter");
    assertThatThrownBy(this::check).hasMessageContaining("- asked.v2: take -> account\nThe");
    assertThatThrownBy(() -> check(TAKE, WRITE))
        .hasMessageContaining(":\n+ asked.v2: write -> activity letter\nThe");
  }

  @Test
  void are_those_of_earlier_versions_too() throws IOException {
    writeString(directory.resolve("ask.effects"), "asked: take -> account\n");
    checkAndWrite(TAKE);

    writeString(directory.resolve("ask.effects"), "asked: take -> money\n");
    assertThatThrownBy(() -> checkAndWrite(TAKE))
        .hasMessageContaining("- asked: take -> money\n+ asked: take -> account\n");
  }

  @Test
  void need_an_example_of_each_record() {
    assertThatThrownBy(
            () ->
                GoldenEffects.in(directory, reaction())
                    .history(new Asked.Dropped(), new Asked.Dropped())
                    .check())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("an example of each record")
        .hasMessageContaining("asked.v2");
  }
}
