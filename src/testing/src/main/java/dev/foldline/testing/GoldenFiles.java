package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foldline.core.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every shape of event that was ever stored, one file each, so that a change of a record or an
 * upcaster that would break one of them breaks the build:
 *
 * <pre>{@code
 * GoldenFiles.of(AccountEvent.ACCOUNTS)
 *     .check(codec::json, codec::decode, new Opened("Ada"), new Deposited(100));
 * }</pre>
 *
 * <p>They lie in {@code src/test/resources/golden} and the category, named after their type. What
 * is released is never changed there, nor taken away. The files of new shapes are written from
 * their examples when the test runs with {@code -Dgolden.write=true}.
 *
 * @param <E> the events
 */
public final class GoldenFiles<E> {

  private static final Path DIRECTORY = Path.of("src", "test", "resources", "golden");
  private static final String SUFFIX = ".json";

  private final Category<E> category;
  private final Path directory;

  private GoldenFiles(Category<E> category, Path directory) {
    this.category = category;
    this.directory = directory;
  }

  public static <E> GoldenFiles<E> of(Category<E> category) {
    return in(DIRECTORY.resolve(category.name()), category);
  }

  /** In a directory of their own, for modules with more than one category. */
  public static <E> GoldenFiles<E> in(Path directory, Category<E> category) {
    return new GoldenFiles<>(category, directory);
  }

  /**
   * Fails unless every shape has its file, every file can still be read, and every example is still
   * written as its file says and comes back from it equal.
   *
   * @param encode the stored JSON of an event
   * @param decode the events that stored JSON of a type is by now
   * @param examples one of each record
   */
  @SafeVarargs
  public final void check(
      Function<? super E, byte[]> encode,
      BiFunction<String, byte[], ? extends List<?>> decode,
      E... examples) {
    Map<String, E> byType = byType(examples);
    if (Boolean.getBoolean("golden.write")) {
      byType.forEach((type, example) -> writeIfMissing(type, encode.apply(example)));
    }
    Set<String> files = files();
    assertThat(files)
        .as(
            "every stored shape has its file in %s: run with -Dgolden.write=true to add that of a"
                + " new one; a file stays as long as its shape is stored anywhere",
            directory)
        .containsExactlyInAnyOrderElementsOf(category.names());
    for (String type : files) {
      byte[] golden = read(type);
      List<?> decoded = decode.apply(type, golden);
      E example = byType.get(type);
      if (example == null) {
        assertThat(decoded).as("what %s is by now", type).hasOnlyElementsOfType(category.family());
      } else {
        assertThat(new String(encode.apply(example), UTF_8))
            .as("%s is stored in another shape than before: that is its next version", type)
            .isEqualTo(new String(golden, UTF_8).strip());
        assertThat(decoded.equals(List.of(example)))
            .as("%s comes back as %s, not as %s", type, decoded, example)
            .isTrue();
      }
    }
  }

  private Map<String, E> byType(E[] examples) {
    Map<Class<?>, E> byClass = new HashMap<>();
    for (E example : examples) {
      byClass.put(example.getClass(), example);
    }
    assertThat(byClass.keySet())
        .as("there is one example of each record")
        .hasSize(examples.length)
        .containsExactlyInAnyOrderElementsOf(category.types().values());
    Map<String, E> byType = new HashMap<>();
    category.types().forEach((type, record) -> byType.put(type, byClass.get(record)));
    return byType;
  }

  private Set<String> files() {
    if (!Files.isDirectory(directory)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      Set<String> names = new TreeSet<>();
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .forEach(name -> names.add(name.substring(0, name.length() - SUFFIX.length())));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] read(String type) {
    try {
      return Files.readAllBytes(directory.resolve(type + SUFFIX));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeIfMissing(String type, byte[] json) {
    Path file = directory.resolve(type + SUFFIX);
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(directory);
      Files.writeString(file, new String(json, UTF_8) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
