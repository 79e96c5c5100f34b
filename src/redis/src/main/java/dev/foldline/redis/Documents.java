package dev.foldline.redis;

import static java.util.stream.Collectors.groupingBy;

import dev.foldline.core.Change;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one build: reads and writes any number of them in one pipeline, a partition in
 * one call. Safe for use by many threads.
 */
final class Documents {

  private static final Script APPLY = Script.named("apply.lua");

  private final ReadModels models;
  private final Layout layout;
  private final Set<String> named = ConcurrentHashMap.newKeySet();

  Documents(ReadModels models, Layout layout) {
    this.models = models;
    this.layout = layout;
  }

  /** A document on its way from what it is to what it is to be. */
  interface Entry {

    /** The name of its field among the documents of its partition. */
    String field();

    int partition();

    /** The number that it must begin with to be replaced; empty where there must be none. */
    String expected();

    /** What it is to be. */
    String text();

    /** What changes with it, in the same step. */
    List<Change> changes();
  }

  /**
   * Reads some.
   *
   * @param reader is given each with what Redis has, empty for nothing
   */
  <T extends Entry> Uni<Void> read(Collection<T> entries, BiConsumer<T, String> reader) {
    List<List<T>> partitions = byPartition(entries);
    List<Command> commands = new ArrayList<>();
    for (List<T> partition : partitions) {
      Command read = new Command("HMGET").arg(layout.documents(partition.getFirst().partition()));
      partition.forEach(entry -> read.arg(entry.field()));
      commands.add(read);
    }
    return models
        .send(commands)
        .invoke(
            answers -> {
              for (int i = 0; i < partitions.size(); i++) {
                List<T> partition = partitions.get(i);
                Response documents = answers.get(i);
                for (int j = 0; j < partition.size(); j++) {
                  @Nullable Response document = documents.get(j);
                  reader.accept(partition.get(j), document == null ? "" : document.toString());
                }
              }
            })
        .replaceWithVoid();
  }

  /**
   * Writes some, each with its changes in one step, unless it has become another meanwhile.
   *
   * @param written is given each that was written
   * @param elsewhere is given each other, with what Redis has
   */
  <T extends Entry> Uni<Void> write(
      Collection<T> entries, Consumer<T> written, BiConsumer<T, String> elsewhere) {
    return nameViews(entries).chain(() -> apply(entries, written, elsewhere));
  }

  /** Keeps the names of the views that cross documents, before anything is in them. */
  private Uni<Void> nameViews(Collection<? extends Entry> entries) {
    Set<String> views =
        entries.stream()
            .flatMap(entry -> entry.changes().stream())
            .map(Change::view)
            .filter(view -> !named.contains(view))
            .collect(Collectors.toSet());
    if (views.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Command add = new Command("SADD").arg(Layout.views(models.namespace(), layout.projection()));
    views.forEach(add::arg);
    return models.send(List.of(add)).invoke(() -> named.addAll(views)).replaceWithVoid();
  }

  private <T extends Entry> Uni<Void> apply(
      Collection<T> entries, Consumer<T> written, BiConsumer<T, String> elsewhere) {
    List<Command> commands =
        byPartition(entries).stream()
            .map(partition -> ApplyCall.of(partition, layout).command(APPLY))
            .toList();
    Map<String, T> byField = new HashMap<>();
    entries.forEach(entry -> byField.put(entry.field(), entry));
    return models
        .send(commands)
        .invoke(
            answers -> {
              for (Response answer : answers) {
                for (int i = 0; i < answer.size(); i += 2) {
                  T entry = byField.remove(answer.get(i).toString());
                  if (entry != null) {
                    elsewhere.accept(entry, answer.get(i + 1).toString());
                  }
                }
              }
              byField.values().forEach(written);
            })
        .replaceWithVoid();
  }

  private static <T extends Entry> List<List<T>> byPartition(Collection<T> entries) {
    return List.copyOf(entries.stream().collect(groupingBy(Entry::partition)).values());
  }
}
