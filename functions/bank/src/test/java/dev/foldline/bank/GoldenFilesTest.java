package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.TransferredIn;
import dev.foldline.bank.AccountEvent.TransferredOut;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.core.Category;
import dev.foldline.core.Stored;
import dev.foldline.core.UnknownEvent;
import dev.foldline.eventstoredb.events.EventCodec;
import dev.foldline.testing.GoldenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The stored shapes of the bank")
class GoldenFilesTest {

  private final EventCodec codec =
      new EventCodec(List.of(AccountEvent.ACCOUNTS, TransferEvent.TRANSFERS));

  @Test
  void can_be_read_for_ever() {
    GoldenFiles.of(AccountEvent.ACCOUNTS)
        .check(
            event -> codec.encode(UUID.randomUUID(), event).data(),
            codec::decode,
            new Opened("Ada", "ada"),
            new Deposited(1000),
            new Withdrawn(250),
            new TransferredOut(500, "t-1"),
            new TransferredIn(500, "t-1"),
            new Closed());
    GoldenFiles.of(TransferEvent.TRANSFERS)
        .check(
            event -> codec.encode(UUID.randomUUID(), event).data(),
            codec::decode,
            new TransferEvent.Requested("a-1", "b-2", 500, "ada", false),
            new TransferEvent.Taken("b-2", 500),
            new TransferEvent.Stopped("give", "too-late"),
            new TransferEvent.Rejected("a-1", 500, "account-closed"),
            new TransferEvent.Completed(),
            new TransferEvent.Failed("account-closed"),
            new TransferEvent.Held("account-closed"),
            new TransferEvent.Released("c-3", 500));
  }

  private sealed interface Renamed {
    @Stored("account-deposited")
    record Deposited(long amount) implements Renamed {}
  }

  private sealed interface Grown {
    @Stored("account-deposited")
    record Deposited(long cents, Optional<String> note) implements Grown {}
  }

  private sealed interface Same {
    @Stored("account-deposited")
    record Deposited(long cents) implements Same {}
  }

  @Test
  void fail_where_a_record_would_break_one(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("account-deposited.json"), "{\"cents\":1000}\n");

    check(directory, Same.class, new Same.Deposited(1000));
    assertThatThrownBy(() -> check(directory, Renamed.class, new Renamed.Deposited(1000)))
        .isInstanceOf(UnknownEvent.class)
        .hasMessageContaining("amount");
    assertThatThrownBy(
            () -> check(directory, Grown.class, new Grown.Deposited(1000, Optional.empty())))
        .isInstanceOf(UnknownEvent.class)
        .hasMessageContaining("note");
  }

  private sealed interface Seen {
    @Stored("seen")
    record At(OffsetDateTime at) implements Seen {}
  }

  @Test
  void fail_where_an_event_comes_back_as_another_than_it_was(@TempDir Path directory)
      throws IOException {
    Files.writeString(directory.resolve("seen.json"), "{\"at\":\"2026-01-31T12:00:00+02:00\"}\n");
    Category<Seen> category = Category.of("seen", Seen.class);
    Seen noon = new Seen.At(OffsetDateTime.parse("2026-01-31T12:00:00+02:00"));
    Seen utc = new Seen.At(OffsetDateTime.parse("2026-01-31T10:00:00Z"));
    EventCodec strict = new EventCodec(List.of(category));
    GoldenFiles<Seen> golden = GoldenFiles.in(directory, category);

    golden.check(event -> strict.encode(UUID.randomUUID(), event).data(), strict::decode, noon);
    assertThatThrownBy(
            () ->
                golden.check(
                    event -> strict.encode(UUID.randomUUID(), event).data(),
                    (_, _) -> List.of(utc),
                    noon))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("seen comes back as");
  }

  @Test
  void fail_where_a_shape_has_no_file(@TempDir Path directory) {
    assertThatThrownBy(() -> check(directory, Same.class, new Same.Deposited(1000)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dgolden.write=true");
  }

  private static <E> void check(Path directory, Class<E> family, E example) {
    Category<E> category = Category.of("account", family);
    EventCodec codec = new EventCodec(List.of(category));
    GoldenFiles.in(directory, category)
        .check(event -> codec.encode(UUID.randomUUID(), event).data(), codec::decode, example);
  }
}
