package dev.foldline.eventstoredb.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A connection string")
class StoreSettingsTest {

  private static StoreSettings parse(String string) {
    return StoreSettings.parse(StoreAddress.of(string));
  }

  @ParameterizedTest
  @CsvSource({
    "esdb://here:2113, false",
    "kurrentdb://here:2113, false",
    "KurrentDB://here, false",
    "esdb+discover://here, true",
    "kurrentdb+discover://here:2113, true",
    "'esdb://here,there:2114', true",
  })
  void names_nodes_and_says_whether_others_are_to_be_found(String string, boolean discovers) {
    StoreSettings settings = parse(string);

    assertThat(settings.seeds()).contains(new Endpoint("here", 2113));
    assertThat(settings.discovers()).isEqualTo(discovers);
  }

  @Test
  void names_every_seed() {
    assertThat(parse("esdb://a:1,b:2,c:3?tls=false").seeds())
        .containsExactlyInAnyOrder(
            new Endpoint("a", 1), new Endpoint("b", 2), new Endpoint("c", 3));
  }

  @Test
  void says_who_the_application_is() {
    StoreSettings settings = parse("esdb://b%C3%A4nk:p%40ss%3A1@here");

    assertThat(settings.user()).isEqualTo(new StoreSettings.Login("bänk", "p@ss:1"));
    assertThat(settings.isAnonymous()).isFalse();
    assertThat(parse("esdb://here").isAnonymous()).isTrue();
    assertThat(parse("esdb://here?userCertFile=/a.crt&userKeyFile=/a.key").isAnonymous()).isFalse();
  }

  @Test
  void says_how_connections_are_encrypted() {
    assertThat(parse("esdb://here?tls=false").tls()).isEmpty();
    assertThat(parse("esdb://here").tls()).contains(new Tls(true, null, null));
    assertThat(parse("esdb://here?tlsVerifyCert=false&tlsCaFile=/ca.pem").tls())
        .contains(new Tls(false, Path.of("/ca.pem"), null));
  }

  @Test
  void says_what_is_waited_for() {
    StoreSettings settings =
        parse(
            "esdb://here?keepAliveInterval=7000&KeepAliveTimeout=3000&maxDiscoverAttempts=4"
                + "&discoveryInterval=250&gossipTimeout=900");

    assertThat(settings.keepAlive()).contains(Duration.ofSeconds(7));
    assertThat(settings.keepAliveTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.attempts()).isEqualTo(4);
    assertThat(settings.pause()).isEqualTo(Duration.ofMillis(250));
    assertThat(settings.gossipTimeout()).isEqualTo(Duration.ofMillis(900));
    assertThat(parse("esdb://here?keepAliveInterval=-1").keepAlive()).isEmpty();
  }

  @Test
  void has_its_node_preference_passed_over() {
    assertThat(parse("esdb://here?nodePreference=follower")).isEqualTo(parse("esdb://here"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"esdb://bank:s3/cret@here", "esdb://bank:s3?cret@here:2113"})
  void is_refused_without_a_word_of_a_password_that_is_not_encoded(String string) {
    assertThatThrownBy(() -> parse(string))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("encoded")
        .hasMessageNotContainingAny("s3", "cret")
        .hasNoCause();
    assertThat(parse("esdb://bank:s3cret@here").toString()).doesNotContain("s3cret");
    assertThat(StoreAddress.of("esdb://bank:s3cret@here").toString()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "here:2113", "redis://here", "esdb://", "esdb://here:port"})
  void is_refused_where_it_is_none(String string) {
    assertThatThrownBy(() -> parse(string))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no connection string of an event store");
  }

  @Test
  void may_leave_the_password_to_a_file(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("password"), "s3crét \n");

    assertThat(
            StoreSettings.parse(new StoreAddress("esdb://bank@here", Optional.of(file)))
                .authorization())
        .contains("Basic " + Base64.getEncoder().encodeToString("bank:s3crét".getBytes(UTF_8)));
    assertThatThrownBy(
            () -> StoreSettings.parse(new StoreAddress("esdb://here", Optional.of(file))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no user");
    assertThatThrownBy(
            () ->
                StoreSettings.parse(
                        new StoreAddress("esdb://bank@here", Optional.of(directory.resolve("no"))))
                    .authorization())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the password can't be read");
  }

  @Test
  void is_refused_where_a_node_s_name_is_none_of_a_host() {
    assertThatThrownBy(() -> new EventStore("esdb://event_store", Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("event_store");
  }

  @Test
  void is_refused_where_its_certificates_can_t_be_read() {
    assertThatThrownBy(
            () -> new EventStore("esdb://here?tlsCaFile=/no/such.pem", Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/no/such.pem");
  }
}
