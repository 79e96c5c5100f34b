package dev.foldline.quarkus.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is said seldom")
class SeldomTest {

  @Test
  void is_said_at_once_and_then_once_in_a_while_with_how_often_it_was_not() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    Seldom seldom = new Seldom(Duration.ofNanos(10), now::get);

    assertThat(seldom.pass()).hasValue(0);
    assertThat(seldom.pass()).isEmpty();
    now.addAndGet(9);
    assertThat(seldom.pass()).isEmpty();
    now.addAndGet(1);
    assertThat(seldom.pass()).hasValue(2);
    now.addAndGet(10);
    assertThat(seldom.pass()).hasValue(0);
  }

  @Test
  void is_said_at_once_where_the_clock_is_behind_that_of_the_machine_it_was_made_on() {
    AtomicLong now = new AtomicLong(1_000);
    Seldom seldom = new Seldom(Duration.ofNanos(10), now::get);

    now.set(1);
    assertThat(seldom.pass()).hasValue(0);
  }
}
