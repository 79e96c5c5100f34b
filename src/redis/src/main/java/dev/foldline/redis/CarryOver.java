package dev.foldline.redis;

import dev.foldline.core.Change;
import dev.foldline.core.Unavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * Carries sums over to the rankings to which events of any streams add.
 *
 * <p>An amount is added in the partition of the document that its event changes, in one step with
 * that; so each partition has a part of a sum. Its member is in the ranking at the sum's {@link
 * Home}, the partition of the member's name, which no step reaches from there. So the sum is
 * pending in the partition where it was added to, from the same step on, until it is carried over:
 *
 * <ol>
 *   <li>the number at the home is read, and after it the parts of all partitions;
 *   <li>what they come to is written as the score, with another number, and only if the first one
 *       is there still; else it is done again from there;
 *   <li>the sum is pending no more, where nothing was added since its parts were read.
 * </ol>
 *
 * <p>So whoever writes a score has read the parts later than whoever wrote the one before, and it
 * does not matter how many do so, how often, or how late. Who dies on the way leaves the sum
 * pending: it is carried over by whoever meets the event again. Safe for use by many threads.
 */
final class CarryOver {

  private static final Script PARTS = Script.named("parts.lua");
  private static final Script PENDING = Script.named("pending.lua");
  private static final Script CARRIED = Script.named("carried.lua");

  /** How many sums are looked at together. */
  static final int PAGE = 500;

  /** Where the looking for pending sums begins, and where it ends. */
  private static final String START = "0";

  private static final int MAX_ROUNDS = 1_000;

  private final ReadModels models;
  private final Layout layout;
  private final Documents documents;

  CarryOver(ReadModels models, Layout layout, Documents documents) {
    this.models = models;
    this.layout = layout;
    this.documents = documents;
  }

  /** Tells what is added to a part from all that was added before. */
  static String tag() {
    return Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
  }

  /** Carries over what came with documents that were written. */
  Uni<Void> of(Collection<? extends Documents.Entry> written) {
    Set<String> sums = new HashSet<>();
    for (Documents.Entry entry : written) {
      for (Change change : entry.changes()) {
        if (change instanceof Change.Increase(var view, var member, _)) {
          sums.add(new Sum(view, member).name());
        }
      }
    }
    return carry(sums);
  }

  /** Carries over all that is pending in some partitions when it begins, whosever it is. */
  Uni<Void> pending(Set<Integer> partitions) {
    Map<Integer, String> starts = new TreeMap<>();
    partitions.forEach(partition -> starts.put(partition, START));
    return pending(starts);
  }

  /** Asks whether anything is pending in a partition. */
  static Command look(Layout layout, int partition) {
    return look(layout, partition, START);
  }

  private static Command look(Layout layout, int partition, String place) {
    return new Command(
        PENDING,
        List.of(layout.documents(partition), layout.pending(partition)),
        List.of(place, Integer.toString(PAGE)));
  }

  /** Whether that answer says so. */
  static boolean isPending(Response found) {
    return found.get(1).size() > 0 || !found.get(0).toString().equals(START);
  }

  private Uni<Void> pending(Map<Integer, String> places) {
    List<Integer> partitions = List.copyOf(places.keySet());
    return models
        .send(
            partitions.stream()
                .map(partition -> look(layout, partition, places.getOrDefault(partition, START)))
                .toList())
        .chain(
            answers -> {
              Set<String> sums = new HashSet<>();
              Map<Integer, String> rest = new TreeMap<>();
              for (int i = 0; i < answers.size(); i++) {
                Response found = answers.get(i).get(1);
                for (int name = 0; name < found.size(); name += 2) {
                  sums.add(found.get(name).toString());
                }
                if (!answers.get(i).get(0).toString().equals(START)) {
                  rest.put(partitions.get(i), answers.get(i).get(0).toString());
                }
              }
              return carry(sums)
                  .chain(() -> rest.isEmpty() ? Uni.createFrom().voidItem() : pending(rest));
            });
  }

  private Uni<Void> carry(Set<String> names) {
    return carry(names, Home::isPending);
  }

  /** Carries over the sums that are called so, also where they are pending nowhere. */
  Uni<Void> carryAgain(Set<String> names) {
    return carry(names, Home::hasParts);
  }

  /**
   * Carries sums over.
   *
   * @param needed whether there is anything to write; whoever was quicker may have done it all
   */
  private Uni<Void> carry(Set<String> names, Predicate<Home> needed) {
    return carry(names.stream().map(Home::new).toList(), needed);
  }

  private Uni<Void> carry(List<Home> homes, Predicate<Home> needed) {
    if (homes.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Home> page = homes.subList(0, Math.min(homes.size(), PAGE));
    return documents
        .read(page, Home::startFrom)
        .chain(() -> round(page, needed, 1))
        .chain(() -> settle(page))
        .chain(() -> carry(homes.subList(page.size(), homes.size()), needed));
  }

  /** What was written elsewhere meanwhile is done again from there. */
  private Uni<Void> round(List<Home> homes, Predicate<Home> needed, int round) {
    if (homes.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    if (round > MAX_ROUNDS) {
      return Uni.createFrom().failure(new Unavailable("others keep changing " + homes.getFirst()));
    }
    List<Home> again = new ArrayList<>();
    return readParts(homes)
        .chain(
            () ->
                documents.write(
                    homes.stream().filter(needed).toList(),
                    _ -> {},
                    (home, text) -> {
                      home.startFrom(text);
                      again.add(home);
                    }))
        .chain(() -> round(again, needed, round + 1));
  }

  private Uni<Void> readParts(List<Home> homes) {
    List<String> names = homes.stream().map(Home::name).toList();
    return models
        .send(
            BuildMarks.partitions(
                partition ->
                    new Command(
                        PARTS,
                        List.of(
                            layout.documents(partition),
                            layout.sums(partition),
                            layout.pending(partition)),
                        names)))
        .invoke(
            answers -> {
              homes.forEach(Home::forgetParts);
              for (int partition = 0; partition < answers.size(); partition++) {
                Response found = answers.get(partition);
                for (int i = 0; i < found.size(); i += 4) {
                  homes
                      .get(Integer.parseInt(found.get(i).toString()) - 1)
                      .take(
                          partition,
                          new Home.Part(
                              found.get(i + 1).toString(),
                              found.get(i + 2).toString(),
                              found.get(i + 3).toString()));
                }
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> settle(List<Home> homes) {
    Map<Integer, List<String>> carried = new TreeMap<>();
    for (Home home : homes) {
      home.tags()
          .forEach(
              (partition, tag) ->
                  carried
                      .computeIfAbsent(partition, _ -> new ArrayList<>())
                      .addAll(List.of(home.name(), tag)));
    }
    List<Command> commands = new ArrayList<>();
    carried.forEach(
        (partition, tags) ->
            commands.add(
                new Command(
                    CARRIED,
                    List.of(layout.documents(partition), layout.pending(partition)),
                    tags)));
    return models.send(commands).replaceWithVoid();
  }
}
