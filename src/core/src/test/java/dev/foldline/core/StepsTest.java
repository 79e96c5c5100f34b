package dev.foldline.core;

import static dev.foldline.core.Steps.Step.State.DONE;
import static dev.foldline.core.Steps.Step.State.FAILED;
import static dev.foldline.core.Steps.Step.State.REFUSED;
import static dev.foldline.core.Steps.Step.State.UNDONE;
import static dev.foldline.core.Steps.Step.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Steps.Step;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The steps of a process")
class StepsTest {

  private record Transfer(Steps steps) implements Progress {}

  @Test
  void are_none_before_the_first_one() {
    Transfer transfer = new Transfer(Steps.NONE);

    assertThat(transfer.state()).isEqualTo(Progress.State.PROCESSING);
    assertThat(transfer.code()).isEmpty();
    assertThat(transfer.waitsFor()).isEmpty();
    assertThat(transfer.steps().all()).isEmpty();
  }

  @Test
  void are_waited_for_until_they_are_answered() {
    Steps taking = Steps.NONE.start("take");
    Steps giving = taking.done("take").start("give");

    assertThat(taking.waitsFor()).contains("take");
    assertThat(giving.waitsFor()).contains("give");
    assertThat(giving.waitsFor("give")).isTrue();
    assertThat(giving.waitsFor("take")).as("answered").isFalse();
    assertThat(giving.waitsFor("give-back")).as("never asked for").isFalse();
    assertThat(giving.all()).containsExactly(new Step("take", DONE), new Step("give", WAITING));
  }

  @Test
  void may_be_several_at_once_of_which_the_first_is_waited_for_first() {
    Steps both = Steps.NONE.start("reserve/lamp").start("reserve/chair");

    assertThat(both.waitsFor()).contains("reserve/lamp");
    assertThat(both.done("reserve/lamp").waitsFor()).contains("reserve/chair");
  }

  @Test
  void are_taken_back_where_a_later_one_is_refused() {
    Transfer transfer =
        new Transfer(
            Steps.NONE
                .start("take")
                .done("take")
                .start("give")
                .refused("give")
                .start("give-back")
                .done("give-back")
                .undone("take")
                .failedWith("account-closed"));

    assertThat(transfer.state()).isEqualTo(Progress.State.FAILED);
    assertThat(transfer.state().isOver()).isTrue();
    assertThat(transfer.code()).contains("account-closed");
    assertThat(transfer.steps().all())
        .containsExactly(
            new Step("take", UNDONE), new Step("give", REFUSED), new Step("give-back", DONE));
  }

  @Test
  void end_well() {
    Steps ended = Steps.NONE.start("take").done("take").completed();

    assertThat(ended.state()).isEqualTo(Progress.State.DONE);
    assertThat(ended.state().isOver()).isTrue();
    assertThat(ended.code()).isEmpty();
    assertThat(ended.waitsFor()).isEmpty();
  }

  @Test
  void go_on_by_another_one_once_they_were_held() {
    Steps held = Steps.NONE.start("give-back").refused("give-back").heldFor("account-closed");
    Steps released = held.start("give-elsewhere");

    assertThat(held.state()).isEqualTo(Progress.State.HELD);
    assertThat(held.state().isOver()).isFalse();
    assertThat(held.code()).contains("account-closed");
    assertThat(released.state()).isEqualTo(Progress.State.PROCESSING);
    assertThat(released.code()).isEmpty();
    assertThat(released.waitsFor()).contains("give-elsewhere");
  }

  @Test
  void are_asked_for_anew_in_their_place() {
    Steps again = Steps.NONE.start("print").start("send").failed("print").start("print");

    assertThat(Steps.NONE.start("print").failed("print").all())
        .containsExactly(new Step("print", FAILED));
    assertThat(again.all()).containsExactly(new Step("print", WAITING), new Step("send", WAITING));
  }
}
