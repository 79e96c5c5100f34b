package dev.foldline.core.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.commands.RecentKeys.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The keys of a stream's latest commands")
class RecentKeysTest {

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final RecentKeys keys =
      new RecentKeys(new RecentKeys.Window(2, Duration.ofHours(24), now::get));

  private void done(String key, long revision) {
    keys.add(new Entry(key, 0, "mac", "ada", revision, now.get()));
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  @Test
  void are_known_as_long_as_the_window_is() {
    done("a", 0);
    pass(Duration.ofHours(23));
    done("b", 1);
    pass(Duration.ofHours(1));
    assertThat(keys.find("a", 0)).isNotNull();

    pass(Duration.ofNanos(1));
    assertThat(keys.find("a", 0)).isNull();
    assertThat(keys.find("b", 0)).isNotNull();

    pass(Duration.ofHours(24));
    done("c", 2);
    assertThat(keys.entries()).extracting(Entry::key).containsExactly("c");
  }

  @Test
  void are_no_more_than_the_window_has_room_for() {
    done("a", 0);
    done("b", 1);
    done("a", 2);
    done("c", 3);

    assertThat(keys.entries()).extracting(Entry::key).containsExactly("a", "c");
    assertThat(keys.find("b", 0)).isNull();
    assertThat(keys.latest("b")).isNull();
  }

  @Test
  void tell_the_commands_of_one_call_apart() {
    keys.add(new Entry("a", 0, "mac", "ada", 0, now.get()));
    keys.add(new Entry("a", 1, "mac", "ada", 1, now.get()));

    assertThat(keys.find("a", 0)).extracting(Entry::revision).isEqualTo(0L);
    assertThat(keys.find("a", 1)).extracting(Entry::revision).isEqualTo(1L);
    assertThat(keys.find("a", 2)).isNull();
    assertThat(keys.latest("a")).extracting(Entry::revision).isEqualTo(1L);

    done("b", 2);
    assertThat(keys.find("a", 0)).isNull();
    assertThat(keys.latest("a")).extracting(Entry::revision).isEqualTo(1L);
  }
}
