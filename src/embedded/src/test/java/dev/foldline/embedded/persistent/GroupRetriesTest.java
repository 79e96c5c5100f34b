package dev.foldline.embedded.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a group does with events that consumers do not acknowledge. */
class GroupRetriesTest {
  @Test
  @DisplayName("6.4 retries go first, in the order of their positions")
  void order() {
    var group = new GroupScenario();
    var a = group.join(3);
    group.history(0, 1, 2, 3, 4, 5);
    group.decide();
    group.retry(a, 2);
    group.retry(a, 0);
    group.retry(a, 1);
    group.decides("0 to a r1", "1 to a r1", "2 to a r1");
  }

  @Test
  @DisplayName("6.4 after the last retry the event is parked")
  void last_retry() {
    var group = new GroupScenario(settings -> settings.maxRetries(1));
    var a = group.join(3);
    group.history(0);
    group.decides("0 to a r0");
    group.retry(a, 0);
    group.decides("0 to a r1");
    group.retry(a, 0);
    group.decides("park 0");
  }

  @Test
  @DisplayName("6.4 a negative number of retries is none")
  void negative_number() {
    var group = new GroupScenario(settings -> settings.maxRetries(Integer.MIN_VALUE));
    var a = group.join(3);
    group.history(0);
    group.decide();
    group.retry(a, 0);
    group.decides("park 0");
  }

  @Test
  @DisplayName("6.4 what is not settled in time is retried")
  void time_out() {
    var group = new GroupScenario(settings -> settings.timeoutMillis(2_000));
    var a = group.join(3);
    group.history(0, 1);
    group.decide();
    group.secondsPass(1);
    group.ack(a, 1);
    group.decidesNothing();
    group.secondsPass(1);
    group.decides("0 to a r1");
  }

  @Test
  @DisplayName("6.4 without a time-out a retry comes at the next tick")
  void no_time_out() {
    var group = new GroupScenario(settings -> settings.timeoutMillis(-1));
    group.join(3);
    group.history(0);
    group.decide();
    group.secondsPass(1);
    group.decides("0 to a r1");
  }

  @Test
  @DisplayName("6.4 a late acknowledgement by the same consumer settles the retry")
  void late_acknowledgement() {
    var group = new GroupScenario(settings -> settings.timeoutMillis(1_000));
    var a = group.join(3);
    group.history(0);
    group.decide();
    group.secondsPass(1);
    group.decide();
    group.ack(a, 0);
    group.secondsPass(5);
    assertThat(group.decide()).noneMatch(text -> text.contains("to a"));
  }

  @Test
  @DisplayName("6.4 what a consumer held when it left is delivered again, whatever the limit")
  void disconnect() {
    var group = new GroupScenario(settings -> settings.maxRetries(0));
    var a = group.join(3);
    group.history(0);
    group.decide();
    group.leave(a);
    var b = group.join(3);
    group.decides("0 to b r1");
    group.leave(b);
    group.join(3);
    group.decides("0 to c r2");
  }

  @Test
  @DisplayName("6.4 ids that the consumer does not hold are passed over")
  void unknown_ids() {
    var group = new GroupScenario();
    var a = group.join(3);
    var b = group.join(3);
    group.history(0);
    group.decide();
    group.retry(b, 0);
    group.park(b, 0);
    group.ack(b, 0);
    group.decidesNothing();
    assertThat(a.inFlight()).isEqualTo(1);
  }

  @Test
  @DisplayName("6.4 an event that could not be parked is delivered again")
  void parking_fails() {
    var group = new GroupScenario();
    var a = group.join(3);
    group.history(0);
    group.decide();
    group.park(a, 0);
    var message = group.decidesToPark();
    group.parkingFailed(message);
    group.decides("0 to a r1");
  }
}
