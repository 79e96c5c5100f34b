package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Effect;
import dev.foldline.core.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names and targets of the effects that a reaction's events lead to, so that an edit which
 * would have them take place twice is seen in a diff, and breaks the build:
 *
 * <pre>{@code
 * GoldenEffects.of(Transfer.NEXT)
 *     .history(new Requested("a", "b", 30), new Taken("b", 30), new Completed())
 *     .history(new Requested("a", "b", 30), new Failed("insufficient-funds"))
 *     .check();
 * }</pre>
 *
 * <p>They lie in {@code src/test/resources/golden}, in a file that is named after the reaction, a
 * line for each effect: {@code transfer-requested: take -> account}. An effect's key holds its
 * name, and guards one target: what is released is never changed there. Lines of new types of
 * events are written from the examples when the test runs with {@code -Dgolden.write=true}.
 *
 * @param <E> the events
 */
public final class GoldenEffects<E> {

  private static final Path DIRECTORY = Path.of("src", "test", "resources", "golden");
  private static final String SUFFIX = ".effects";
  private static final String OF = ": ";
  private static final String NOTHING = "nothing";
  private static final String ACTIVITY = " -> activity ";
  private static final String CANCELS = " -> cancels ";

  private final Reaction<E> reaction;
  private final Path file;

  /** Of the examples, by the types that are stored today. */
  private final NavigableMap<String, NavigableSet<String>> effects = new TreeMap<>();

  private GoldenEffects(Reaction<E> reaction, Path directory) {
    this.reaction = reaction;
    this.file = directory.resolve(reaction.name() + SUFFIX);
  }

  public static <E> GoldenEffects<E> of(Reaction<E> reaction) {
    return in(DIRECTORY, reaction);
  }

  /** In a directory of their own. */
  public static <E> GoldenEffects<E> in(Path directory, Reaction<E> reaction) {
    return new GoldenEffects<>(reaction, directory);
  }

  /**
   * Examples: events of one stream, from its first. All histories together hold each record, and
   * take each way that the reaction can go.
   */
  @SafeVarargs
  public final GoldenEffects<E> history(E... events) {
    List<E> all = Arrays.asList(events);
    for (int i = 0; i < events.length; i++) {
      NavigableSet<String> here = effects.computeIfAbsent(type(events[i]), _ -> new TreeSet<>());
      GivenReaction.given(reaction, all.subList(0, i)).when(events[i]).effects().stream()
          .map(GoldenEffects::text)
          .forEach(here::add);
    }
    return this;
  }

  private String type(E event) {
    return reaction.category().types().entrySet().stream()
        .filter(type -> type.getValue().isInstance(event))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(event + " is no event of its category"));
  }

  private static String text(Effect effect) {
    return switch (effect) {
      case Effect.Send<?> send -> send.name() + " -> " + send.to().category().name();
      case Effect.Perform<?> perform -> perform.name() + ACTIVITY + perform.activity();
      case Effect.Remind<?> remind -> remind.name() + " -> itself, later";
      case Effect.Cancel cancel -> cancel.name() + CANCELS + cancel.effect();
    };
  }

  /**
   * Fails unless there is an example of each record, each effect that is cancelled is a command or
   * a reminder of the examples, and the examples lead to the effects that the file has, and to no
   * others. A type that is stored no more leads to what its upcasters make of it.
   */
  public void check() {
    assertThat(effects.keySet())
        .as("there is an example of each record")
        .containsExactlyInAnyOrderElementsOf(reaction.category().types().keySet());
    checkCancelled();
    NavigableMap<String, NavigableSet<String>> golden = read();
    if (Boolean.getBoolean("golden.write") && !golden.keySet().containsAll(effects.keySet())) {
      effects.forEach(golden::putIfAbsent);
      write(golden);
    }
    assertThat(golden.keySet())
        .as(
            "the effects of every type of event are in %s: run with -Dgolden.write=true to add"
                + " those of a new one",
            file)
        .containsAll(effects.keySet());
    List<String> changes = new ArrayList<>();
    golden.forEach((type, before) -> addChanges(type, before, today(type), changes));
    if (!changes.isEmpty()) {
      throw new AssertionError(
          """
          the effects of '%s' are not those of %s:
          %s
          The key of an effect holds its name, and guards one target: under another name, or to
          another target, it takes place again for each event that is delivered again. Leave this
          reaction as it is, and end it: Reaction.of("another-name", …).after("%s") begins where it
          ended, and has a file of its own. What was never released is accepted by deleting the
          file and running with -Dgolden.write=true."""
              .formatted(reaction, file, String.join("\n", changes), reaction));
    }
  }

  private void checkCancelled() {
    Collection<String> all = effects.values().stream().flatMap(Collection::stream).toList();
    effects.forEach(
        (type, these) -> {
          for (String each : these) {
            int cancels = each.indexOf(CANCELS);
            if (cancels >= 0) {
              String name = each.substring(cancels + CANCELS.length());
              assertThat(all)
                  .as("'%s%s%s' cancels a command or a reminder", type, OF, each)
                  .anyMatch(other -> other.startsWith(name + " -> "))
                  .noneMatch(other -> other.startsWith(name + ACTIVITY));
            }
          }
        });
  }

  /** What an event of a type leads to that may be stored no more. */
  private NavigableSet<String> today(String type) {
    NavigableSet<String> today = new TreeSet<>();
    reaction
        .category()
        .versions(type)
        .forEach(version -> today.addAll(effects.getOrDefault(version, new TreeSet<>())));
    return today;
  }

  private static void addChanges(
      String type, Collection<String> before, Collection<String> now, List<String> changes) {
    before.stream()
        .filter(effect -> !now.contains(effect))
        .forEach(effect -> changes.add("- " + type + OF + effect));
    now.stream()
        .filter(effect -> !before.contains(effect))
        .forEach(effect -> changes.add("+ " + type + OF + effect));
  }

  private NavigableMap<String, NavigableSet<String>> read() {
    NavigableMap<String, NavigableSet<String>> golden = new TreeMap<>();
    if (Files.exists(file)) {
      try {
        Files.readAllLines(file).forEach(line -> read(line, golden));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return golden;
  }

  private void read(String line, Map<String, NavigableSet<String>> golden) {
    int end = line.indexOf(OF);
    assertThat(end).as("'%s' in %s is 'type: name -> target'", line, file).isPositive();
    NavigableSet<String> here =
        golden.computeIfAbsent(line.substring(0, end), _ -> new TreeSet<>());
    String effect = line.substring(end + OF.length());
    if (!effect.equals(NOTHING)) {
      here.add(effect);
    }
  }

  private void write(Map<String, NavigableSet<String>> golden) {
    List<String> lines = new ArrayList<>();
    golden.forEach(
        (type, these) -> {
          if (these.isEmpty()) {
            lines.add(type + OF + NOTHING);
          }
          these.forEach(effect -> lines.add(type + OF + effect));
        });
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
