package dev.foldline.quarkus.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.foldline.core.EventTypes;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.EventCodec;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A failure")
class OutcomeTest {

  record Paid(String iban, BigDecimal amount) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"iban\":\"DE89\",\"amount\":\"4111 1111 1111 1111\"}",
        "{\"iban\":\"DE89\",\"amount\":1.10,\"4111\":2}",
        "4111",
      })
  void tells_nothing_of_a_stored_event_that_cannot_be_read(String data) {
    EventCodec codec =
        new EventCodec(List.of(EventTypes.of(Paid.class, Map.of("paid", Paid.class))));
    Throwable unknown = catchThrowable(() -> codec.decode("paid", data.getBytes(UTF_8)));
    assertThat(unknown).isInstanceOf(UnknownEvent.class);

    Outcome outcome = Outcome.of(unknown, "0123");

    assertThat(outcome.status()).isEqualTo(500);
    assertThat(outcome.problem().code()).isEqualTo("unknown-event");
    assertThat(outcome.problem().traceId()).isEqualTo("0123");
    assertThat(outcome.problem().detail()).doesNotContain("4111", "DE89", "paid", "dev.foldline");
  }
}
