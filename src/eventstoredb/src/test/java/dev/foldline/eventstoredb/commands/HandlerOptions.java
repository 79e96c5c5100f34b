package dev.foldline.eventstoredb.commands;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/** The options of a command handler, plenty of everything where a test does not say otherwise. */
final class HandlerOptions {

  static final CommandOptions PLENTY = of(_ -> {});

  int attempts = 20;
  int inFlight = 20_000;
  int queue = 1_000;
  int batch = 256;
  int cachedStreams = 10_000;
  int rememberedKeys = 500;
  int snapshotEvery = 50;
  Set<String> withoutSnapshots = Set.of();

  private HandlerOptions() {}

  static CommandOptions of(Consumer<HandlerOptions> change) {
    HandlerOptions said = new HandlerOptions();
    change.accept(said);
    return new CommandOptions(
        said.attempts,
        said.inFlight,
        said.queue,
        said.batch,
        said.cachedStreams,
        said.rememberedKeys,
        Duration.ofDays(1),
        said.snapshotEvery,
        said.withoutSnapshots);
  }

  /** Nothing is kept between commands but snapshots. */
  static CommandOptions coldWithSnapshots(int every) {
    return of(
        it -> {
          it.cachedStreams = 0;
          it.snapshotEvery = every;
        });
  }
}
