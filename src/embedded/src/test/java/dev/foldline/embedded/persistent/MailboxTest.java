package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A group's mailbox")
class MailboxTest {
  private static final int TASKS = 500;

  private final Queue<Runnable> handedOver = new ArrayDeque<>();
  private final List<Integer> done = new ArrayList<>();
  private final Mailbox mailbox = new Mailbox(handedOver::add, () -> {});

  @Test
  @DisplayName(
      "keeps a thread of the transport for a few tasks only, whatever more comes meanwhile")
  void hands_over() {
    mailbox.executeHere(() -> IntStream.range(0, TASKS).forEach(this::add));

    assertThat(done).hasSizeLessThan(20);
    assertThat(handedOver).hasSize(1);
    handedOver.remove().run();
    assertThat(done).isEqualTo(IntStream.range(0, TASKS).boxed().toList());
    assertThat(handedOver).isEmpty();
  }

  private void add(int number) {
    mailbox.execute(() -> done.add(number));
  }
}
