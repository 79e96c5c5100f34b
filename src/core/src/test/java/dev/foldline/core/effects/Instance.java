package dev.foldline.core.effects;

import dev.foldline.core.commands.Earlier;
import dev.foldline.core.commands.StreamState;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * An instance of an application: what it remembers, and what it is at.
 *
 * @param cached streams as they were when last seen
 * @param kept what was read back of streams
 * @param batches the commands on their way, by stream
 */
record Instance(
    Map<String, StreamState<Bank.Ledger>> cached,
    Map<String, Earlier.ReadBack> kept,
    Map<String, Batch> batches) {

  static final Instance NEW = new Instance(Map.of(), Map.of(), Map.of());

  Instance caching(String stream, StreamState<Bank.Ledger> state) {
    Map<String, StreamState<Bank.Ledger>> all = new HashMap<>(cached);
    all.put(stream, state.apart());
    return new Instance(all, kept, batches);
  }

  Instance keeping(String stream, Earlier.ReadBack part) {
    Map<String, Earlier.ReadBack> all = new HashMap<>(kept);
    all.put(stream, part);
    return new Instance(cached, all, batches);
  }

  Instance with(Batch batch) {
    Map<String, Batch> all = new HashMap<>(batches);
    all.put(batch.stream(), batch);
    return new Instance(cached, kept, all);
  }

  Instance without(Batch batch) {
    Map<String, Batch> all = new HashMap<>(batches);
    all.remove(batch.stream());
    return new Instance(cached, kept, all);
  }

  /** What tells it from what else it may be. */
  String name() {
    StringBuilder name = new StringBuilder();
    new TreeMap<>(cached).forEach((stream, state) -> name.append(stream).append(Folds.name(state)));
    new TreeMap<>(kept).forEach((stream, part) -> name.append(stream).append(part));
    new TreeMap<>(batches)
        .forEach((_, batch) -> name.append(batch.executions()).append(batch.name()));
    return name.toString();
  }
}
