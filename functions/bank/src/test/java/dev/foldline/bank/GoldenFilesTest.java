package dev.foldline.bank;

import dev.foldline.bank.AccountEvent.Closed;
import dev.foldline.bank.AccountEvent.Deposited;
import dev.foldline.bank.AccountEvent.Opened;
import dev.foldline.bank.AccountEvent.Withdrawn;
import dev.foldline.eventstoredb.EventCodec;
import dev.foldline.testing.GoldenFiles;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The stored shapes of the bank")
class GoldenFilesTest {

  private final EventCodec codec = new EventCodec(List.of(AccountEvent.TYPES));

  @Test
  void can_be_read_for_ever() {
    GoldenFiles.of(AccountEvent.TYPES)
        .check(
            event -> codec.encode(UUID.randomUUID(), event).data(),
            codec::decode,
            new Opened("Ada"),
            new Deposited(1000),
            new Withdrawn(250),
            new Closed());
  }
}
