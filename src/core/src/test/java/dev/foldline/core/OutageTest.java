package dev.foldline.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageTest {

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1); // it may overflow
  private final Outage outage = new Outage("the store", clock::get);
  private final List<String> log = new ArrayList<>();
  private final Logger logger = Logger.getLogger("dev.foldline");
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          log.add(entry.getLevel() + " " + entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(listener);
  }

  @AfterEach
  void leave() {
    logger.removeHandler(listener);
  }

  private void pass(int seconds) {
    clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void is_told_once_then_every_thirty_seconds_and_once_when_it_is_over() {
    for (int second = 0; second < 65; second++) {
      for (int call = 0; call < 100; call++) {
        outage.goesOn("refused");
      }
      pass(1);
    }
    outage.over();
    outage.over();

    assertThat(log)
        .containsExactly(
            "WARNING the store is away: refused",
            "WARNING the store is still away, after 30 s: refused",
            "WARNING the store is still away, after 60 s: refused",
            "INFO the store is back, after 65 s");
  }

  @Test
  void one_that_comes_and_goes_is_told_no_more_often() {
    for (int second = 0; second < 60; second++) {
      outage.goesOn("refused");
      outage.over();
      pass(1);
    }

    assertThat(log)
        .containsExactly(
            "WARNING the store is away: refused",
            "INFO the store is back, after 0 s",
            "WARNING the store is away: refused",
            "INFO the store is back, after 0 s");
  }

  @Test
  void who_is_there_is_not_spoken_of() {
    outage.over();

    assertThat(log).isEmpty();
  }
}
