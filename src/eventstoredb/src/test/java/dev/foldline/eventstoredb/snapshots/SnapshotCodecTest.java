package dev.foldline.eventstoredb.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.core.Category;
import dev.foldline.core.Decider;
import dev.foldline.core.Stored;
import dev.foldline.core.commands.Handled;
import dev.foldline.core.commands.HandledEffects;
import dev.foldline.core.commands.RecentKeys;
import dev.foldline.core.commands.StreamState;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A snapshot")
class SnapshotCodecTest {

  sealed interface Wallet {
    record Empty() implements Wallet {}

    record Filled(
        BigDecimal balance,
        Map<String, BigDecimal> parts,
        Set<Integer> seen,
        Instant last,
        OffsetDateTime opened,
        Card card,
        @Nullable String note,
        Optional<Duration> limit)
        implements Wallet {}
  }

  sealed interface Card {
    record Debit(String number) implements Card {}

    record Credit(BigDecimal limit) implements Card {}
  }

  @Stored("wallet-moved")
  record Moved() {}

  private static final RecentKeys.Window WINDOW =
      new RecentKeys.Window(10, Duration.ofDays(1), InstantSource.system());

  private static final SnapshotCodec<Wallet> CODEC =
      new SnapshotCodec<>(
          new Decider<String, Wallet, Moved>(
              Category.of("wallet", Moved.class),
              wallet -> wallet,
              new Wallet.Empty(),
              (_, _) -> List.of(),
              (wallet, _) -> wallet),
          WINDOW);

  private static final Wallet FILLED =
      new Wallet.Filled(
          new BigDecimal("360287970189637.72500"),
          Map.of("ä b", new BigDecimal("1.10"), "c", new BigDecimal("1E+3")),
          Set.of(3, 1, 2),
          Instant.parse("2026-01-31T12:00:00.123456789Z"),
          OffsetDateTime.parse("2026-01-31T12:00:00+02:00"),
          new Card.Credit(new BigDecimal("0.10")),
          null,
          Optional.of(Duration.ofMillis(1500)));

  private static StreamState<Wallet> folded(Wallet wallet) {
    return new StreamState<>(
        wallet, 3, 700, UUID.randomUUID(), 3, new RecentKeys(WINDOW), new HandledEffects());
  }

  @Test
  void is_the_state_to_the_last_digit() {
    StreamState<Wallet> folded = folded(FILLED);

    StreamState<Wallet> read = CODEC.read(CODEC.write(folded));

    assertThat(read.state()).isEqualTo(FILLED);
    assertThat(read.revision()).isEqualTo(3);
    assertThat(read.position()).isEqualTo(700);
    assertThat(read.lastEvent()).isEqualTo(folded.lastEvent());
    assertThat(CODEC.read(CODEC.write(folded(new Wallet.Empty()))).state())
        .isEqualTo(new Wallet.Empty());
  }

  @Test
  void holds_the_effects() {
    StreamState<Wallet> folded = folded(FILLED);
    List<Handled> effects =
        List.of(
            new Handled(UUID.randomUUID(), "", 1, 100, -7),
            new Handled(UUID.randomUUID(), "zu spät", 2, Long.MAX_VALUE, Integer.MIN_VALUE),
            new Handled(UUID.randomUUID(), "", 3, 0, 0));
    effects.forEach(folded.effects()::add);
    folded.effects().forget(42);

    HandledEffects read = CODEC.read(CODEC.write(folded)).effects();

    assertThat(read.all()).isEqualTo(effects);
    assertThat(read.forgotten()).isEqualTo(42);
  }

  @Test
  @SuppressWarnings("NullAway") // what a decider without NullAway does
  void is_not_written_where_it_would_not_come_back() {
    Wallet wallet =
        new Wallet.Filled(
            BigDecimal.ONE,
            Map.of(),
            Set.of(),
            Instant.EPOCH,
            OffsetDateTime.MAX,
            null,
            null,
            Optional.empty());

    assertThatThrownBy(() -> CODEC.write(folded(wallet)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"format\":5,",
        "\"format\":5,\"new\":[],",
        "",
        "\"format\":\"4\",",
        "\"format\":99999999999999999999,"
      })
  void of_another_format_is_refused_by_name(String format) {
    String other = CODEC.write(folded(FILLED)).replace("\"format\":4,", format);

    assertThatThrownBy(() -> CODEC.read(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the snapshot is of another format");
  }

  @Test
  void of_another_state_is_refused_by_name() {
    String good = CODEC.write(folded(FILLED));

    assertThatThrownBy(() -> CODEC.read(good.replaceFirst("\"schema\":\"[^\"]*", "\"schema\":\"0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the snapshot is of another version of the state");
  }

  @Test
  void with_what_does_not_fit_is_not_read() {
    String good = CODEC.write(folded(FILLED));

    for (String other :
        List.of(
            good.replace("\"revision\":3", "\"revision\":3.0"),
            good.replace("\"revision\":3", "\"revision\":null"),
            good.replace("\"keys\":[]", "\"keys\":[null]"),
            good.replace("\"keys\":[]", "\"keys\":[],\"keys\":[]"),
            good.replace("\"effects\":\"\"", "\"effects\":\"AAAA\""),
            good.replace("\"balance\":", "\"balance\":null,\"was\":"),
            good.replace("\"@type\":\"Credit\"", "\"@type\":\"Cheque\""),
            good + "{}")) {
      assertThat(other).isNotEqualTo(good);
      assertThatThrownBy(() -> CODEC.read(other))
          .as(other)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
