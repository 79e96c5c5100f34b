package dev.foldline.quarkus.projections;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.foldline.core.Recorded;
import dev.foldline.core.StoredEvent;
import dev.foldline.quarkus.projections.ParkedFunctions.Entry;
import dev.foldline.readmodels.EventRef;
import dev.foldline.readmodels.Parking.Parked;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A parked event is shown as it is stored, and stays one entry whatever that is. */
class ParkedEntryTest {

  private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());

  private static String shown(byte[] data) throws Exception {
    var event = new StoredEvent(UUID.randomUUID(), "counted", data, new byte[0]);
    var recorded = new Recorded<>(event, event.id(), "n-1", 0, 0, Instant.EPOCH, Map.of());
    var entry =
        Entry.of(new Parked(EventRef.of(recorded), recorded, Instant.EPOCH, "why", false, false));
    return JSON.readTree(JSON.writeValueAsString(entry)).path("data").toString();
  }

  private static String shown(String data) throws Exception {
    return shown(data.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"cents\":5}", "[1,2]", "12345678901234567890", "\"text\"", "null"})
  void json_as_it_is(String data) throws Exception {
    assertThat(shown(data)).isEqualTo(data);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "no JSON", "1,\"error\":\"forged\"", "{} {}"})
  void what_is_no_json_as_text(String data) throws Exception {
    assertThat(shown(data)).isEqualTo(JSON.writeValueAsString(data));
  }

  @Test
  void what_is_no_text_in_base64() throws Exception {
    assertThat(shown(new byte[] {(byte) 0xff, 0, 1})).isEqualTo("\"/wAB\"");
  }
}
