package dev.foldline.eventstoredb.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.StoredEvent;
import dev.foldline.core.Unavailable;
import dev.foldline.embedded.EmbeddedEventStore;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A store that does not let the application in")
class DeniedAccessTest {

  private static final Logger LOGGER = Logger.getLogger(EventStore.class.getName());
  private static EmbeddedEventStore server;

  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          if (logged.getLevel().intValue() >= Level.SEVERE.intValue()) {
            errors.add(logged.getMessage());
            assertThat(logged.getThrown()).isNull();
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeAll
  static void start() {
    server =
        EmbeddedEventStore.builder()
            .user("admin", "changeit", "$admins")
            .user("bank", "s3cret")
            .start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void listen() {
    LOGGER.addHandler(log);
  }

  @AfterEach
  void silence() {
    LOGGER.removeHandler(log);
  }

  private static EventStore as(String scheme, String user) {
    String connection = scheme + "://" + user + "localhost:" + server.port() + "?tls=false";
    return new EventStore(connection, Duration.ofSeconds(5));
  }

  private static List<StoredEvent> events() {
    return List.of(new StoredEvent(UUID.randomUUID(), "e", "{}".getBytes(UTF_8), new byte[0]));
  }

  private static StoredEvent metadata(String json) {
    return new StoredEvent(UUID.randomUUID(), "$metadata", json.getBytes(UTF_8), new byte[0]);
  }

  private static <T> T get(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @CsvSource({
    "esdb, bank:wrong@, user and password",
    "esdb+discover, bank:wrong@, user and password",
    "esdb, '', without a name",
  })
  void is_away_to_callers_and_tells_the_operator_once_what_to_set(
      String scheme, String user, String what) {
    try (EventStore store = as(scheme, user)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> get(store.ping()))
            .isInstanceOf(Unavailable.class)
            .hasMessageNotContainingAny("bank", "wrong", "password");
        assertThatThrownBy(() -> get(store.append("a", -1, events())))
            .isInstanceOf(Unavailable.class);
      }

      assertThat(store.deniedAccess()).hasValueSatisfying(told -> assertThat(told).contains(what));
      assertThat(errors)
          .singleElement()
          .asString()
          .contains(what, "foldline.eventstoredb.connection-string")
          .doesNotContain("wrong");
    }
  }

  @Test
  void is_there_for_the_other_streams_where_it_denies_one() throws Exception {
    try (EventStore store = as("esdb", "bank:s3cret@");
        EventStore admin = as("esdb", "admin:changeit@")) {
      String acl = "{\"$acl\":{\"$r\":\"$admins\",\"$w\":\"$admins\"}}";
      get(admin.append("$$secret-1", List.of(metadata(acl))));
      get(store.append("a", events()));

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> get(store.remaining("secret-1", 0, 1)))
            .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> get(store.append("secret-1", events())))
            .isInstanceOf(Unavailable.class);
      }
      assertThat(errors).singleElement().asString().contains("secret-1");

      get(store.append("a", events()));
      get(store.ping());
      assertThat(store.deniedAccess()).isEmpty();
    }
  }

  @Test
  void is_away_while_it_lets_nothing_be_written() throws Exception {
    try (EventStore store = as("esdb", "bank:s3cret@");
        EventStore admin = as("esdb", "admin:changeit@")) {
      get(admin.append("$$read-only-1", List.of(metadata("{\"$acl\":{\"$w\":\"$admins\"}}"))));
      get(store.ping());
      assertThatThrownBy(() -> get(store.append("read-only-1", events())))
          .isInstanceOf(Unavailable.class);

      get(store.remaining("read-only-1", 0, 1));
      assertThatThrownBy(() -> get(store.ping())).isInstanceOf(Unavailable.class);
      assertThat(store.deniedAccess())
          .hasValueSatisfying(told -> assertThat(told).contains("read-only-1"));

      get(store.append("a", events()));
      get(store.ping());
      assertThat(store.deniedAccess()).isEmpty();
    }
  }

  @Test
  void is_asked_again_when_it_denied_no_append_for_a_minute() {
    AtomicLong now = new AtomicLong();
    DeniedAccess denied = new DeniedAccess(true, now::get);
    denied.appendDenied("a-1");
    denied.answered();
    assertThat(denied.deniesAppends()).isTrue();
    assertThat(denied.current())
        .hasValueSatisfying(told -> assertThat(told).contains("a-1", "without a name"));

    now.addAndGet(Duration.ofMinutes(1).toNanos());
    denied.answered();

    assertThat(denied.deniesAppends()).isFalse();
    assertThat(denied.current()).isEmpty();
  }

  @Test
  void is_told_of_again_when_a_minute_has_passed() {
    AtomicLong now = new AtomicLong();
    DeniedAccess denied = new DeniedAccess(false, now::get);
    denied.denied("a-1");
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    denied.denied("a-2");
    assertThat(errors).hasSize(1);

    now.addAndGet(Duration.ofSeconds(1).toNanos());
    denied.denied("a-3");

    assertThat(errors).hasSize(2);
    assertThat(errors.getLast()).contains("a-3");
  }
}
