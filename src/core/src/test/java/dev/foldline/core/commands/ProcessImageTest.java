package dev.foldline.core.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Caller;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of two processes that go on from one image")
class ProcessImageTest {

  /** Both have the same generator, which makes the same number next. */
  private static final UUID NEXT = UUID.fromString("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

  private static UUID depositOfNow() {
    return CommandIdentity.ofCall(NEXT)
        .eventId("account-1", Caller.ANONYMOUS, 0, "deposited", new byte[] {1});
  }

  @Test
  void each_gives_equal_deposits_an_id_of_its_own() {
    UUID one = depositOfNow();
    assertThat(depositOfNow()).as("the store takes it for a repeat").isEqualTo(one);

    ProcessImage.restored();
    UUID other = depositOfNow();
    assertThat(other).isNotEqualTo(one);

    ProcessImage.restored();
    assertThat(depositOfNow()).isNotIn(one, other);
  }
}
