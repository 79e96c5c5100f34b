package dev.foldline.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** By its text, since an image can't be built everywhere. */
@DisplayName("A Dockerfile")
class ContainersTest {

  private static final Set<String> KNOWN =
      Set.of("ARG", "FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "ENTRYPOINT");
  private static final Pattern EXEC_FORM = Pattern.compile("\\[\"[^\"]+\"(, \"[^\"]+\")*]");
  private static final Pattern SECRET = Pattern.compile("(?i)password|secret|token|\\bkeys?\\b");

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void says_nothing_but_what_is_looked_at_here(Path dockerfile) {
    assertThat(instructions(dockerfile)).allMatch(each -> KNOWN.contains(each.name()));
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void runs_the_application_as_someone_who_is_not_root_and_without_a_shell(Path dockerfile) {
    assertThat(image(dockerfile))
        .filteredOn(each -> each.is("USER"))
        .singleElement()
        .satisfies(user -> assertThat(user.text()).matches("[1-9]\\d*:[1-9]\\d*"));
    assertThat(image(dockerfile))
        .last()
        .satisfies(
            last -> {
              assertThat(last.name()).isEqualTo("ENTRYPOINT");
              assertThat(last.text()).matches(EXEC_FORM).startsWith("[\"/");
            });
    assertThat(instructions(dockerfile))
        .filteredOn(each -> each.is("RUN"))
        .allSatisfy(run -> assertThat(run.text()).matches(EXEC_FORM));
    assertThat(image(dockerfile))
        .filteredOn(each -> each.is("EXPOSE"))
        .singleElement()
        .satisfies(port -> assertThat(port.text()).isEqualTo("8080"));
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void has_the_image_write_nothing_when_it_is_made_and_nothing_but_temporary_files_when_it_runs(
      Path dockerfile) {
    assertThat(image(dockerfile)).noneMatch(each -> each.is("RUN"));
    assertThat(image(dockerfile))
        .filteredOn(each -> each.is("ENTRYPOINT"))
        .singleElement()
        .satisfies(
            entry ->
                assertThat(entry.text())
                    .doesNotContain(
                        "foldline.data", "embedded", "XX:AOTCacheOutput", "HeapDump", "Xlog"));
    assertThat(instructions(dockerfile))
        .filteredOn(each -> each.is("COPY"))
        .noneMatch(copy -> copy.text().contains("--chown"));
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void takes_from_the_build_what_it_makes_and_nothing_else(Path dockerfile) throws IOException {
    List<String> copied =
        instructions(dockerfile).stream()
            .filter(each -> each.is("COPY") && !each.text().contains("--from="))
            .map(
                each -> each.text().replaceAll("--\\S+ ", "").split(" ", 2)[0].replaceAll("/$", ""))
            .toList();
    List<String> let =
        Files.readAllLines(dockerfile.resolveSibling(dockerfile.getFileName() + ".dockerignore"));

    assertThat(copied)
        .isNotEmpty()
        .allMatch(
            path ->
                path.matches(
                    "(infra/secured/target/quarkus-app|functions/bank/target/\\*-runner)"));
    assertThat(let).first().isEqualTo("*");
    assertThat(let.subList(1, let.size()))
        .containsExactlyElementsOf(copied.stream().map(path -> "!" + path).toList());
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void holds_no_secret_and_no_data(Path dockerfile) {
    assertThat(instructions(dockerfile))
        .noneMatch(each -> SECRET.matcher(each.text()).find())
        .noneMatch(each -> each.text().contains(".foldline"));
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void names_the_version_of_what_it_stands_on(Path dockerfile) {
    assertThat(instructions(dockerfile))
        .filteredOn(each -> each.is("FROM"))
        .isNotEmpty()
        .allSatisfy(
            from ->
                assertThat(from.text())
                    .matches("\\S+[:-]\\S*[\\d}]\\S*( AS \\w+)?")
                    .doesNotContain("latest"));
  }

  static Stream<Path> dockerfiles() throws IOException {
    try (Stream<Path> files = Files.list(Manifest.INFRA.resolve("container"))) {
      Set<Path> found =
          new TreeSet<>(files.filter(file -> !file.toString().endsWith(".dockerignore")).toList());
      assertThat(found).hasSize(2);
      return found.stream();
    }
  }

  private record Instruction(String name, String text) {

    static Instruction of(String line) {
      String[] words = line.split(" ", 2);
      return new Instruction(words[0], words[1]);
    }

    boolean is(String other) {
      return name.equals(other);
    }
  }

  private static List<Instruction> instructions(Path dockerfile) {
    try {
      return Files.readAllLines(dockerfile).stream()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Instruction::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the last stage, which is what runs. */
  private static List<Instruction> image(Path dockerfile) {
    List<Instruction> all = instructions(dockerfile);
    int last =
        all.stream()
            .filter(each -> each.is("FROM"))
            .map(all::lastIndexOf)
            .max(Integer::compare)
            .orElseThrow();
    return all.subList(last, all.size());
  }
}
