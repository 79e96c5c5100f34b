package dev.foldline.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Unavailable;
import io.vertx.redis.client.impl.types.ErrorType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "READONLY You can't write against a read only replica.",
        "ERR Error running script (call to f_c0ffee): @user_script:7: @user_script: 7: "
            + "-READONLY You can't write against a read only replica.",
        "ERR max number of clients reached"
      })
  void a_connection_to_a_redis_that_cant_do_it_now_is_not_used_again(String answer) {
    ErrorType failure = ErrorType.create(answer);

    assertThat(Failures.of(failure)).isInstanceOf(Unavailable.class);
    assertThat(Failures.spares(failure)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ERR Error running script (call to f_c0ffee): @user_script:7: Script attempted to add nil",
        "WRONGTYPE Operation against a key holding the wrong kind of value"
      })
  void a_connection_is_used_again_whose_redis_refused_what_was_wrong(String answer) {
    ErrorType failure = ErrorType.create(answer);

    assertThat(Failures.of(failure)).isInstanceOf(IllegalStateException.class);
    assertThat(Failures.spares(failure)).isTrue();
  }
}
