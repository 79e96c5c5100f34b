package dev.foldline.ownproject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the blocks of the page that are marked {@code sh}, in their order, in one shell and an empty
 * directory. What this build made is found before what an earlier one may have left in the user's
 * local repository, which is only read.
 */
@DisplayName("A project of one's own, made as the page says")
class OwnProjectIT {

  /** A minute is usual where nothing else runs. */
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");

  @TempDir Path directory;

  @Test
  void is_built_and_its_tests_run() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    tellMaven();

    run(empty, commands());

    Path target = empty.resolve("library").resolve("target");
    assertThat(target.resolve("quarkus-app").resolve("quarkus-run.jar")).exists();
    assertThat(target.resolve("surefire-reports"))
        .isDirectoryContaining("glob:**/TEST-library.BookTest.xml")
        .isDirectoryContaining("glob:**/TEST-library.LibraryTest.xml");
    assertThat(target.resolve("quarkus-app").resolve("lib").resolve("main"))
        .as("what an application without channels carries")
        .isDirectoryContaining("glob:**/*foldline-quarkus-*.jar")
        .isDirectoryNotContaining("glob:**/*messaging*.jar");
  }

  @Test
  void has_the_version_of_quarkus_that_this_build_has() throws Exception {
    assertThat(commands())
        .contains("<quarkus.version>" + System.getProperty("quarkus.version") + "<");
  }

  private static String commands() throws IOException {
    return BLOCK
        .matcher(Files.readString(property("page")))
        .results()
        .map(block -> block.group(1))
        .collect(Collectors.joining());
  }

  /** By the file that Maven reads from the directory of a project or one above it. */
  private void tellMaven() throws IOException {
    List<String> options = new ArrayList<>(List.of("--batch-mode", "--no-transfer-progress"));
    if (System.getProperty("maven.mode").equals("offline true")) {
      options.add("--offline");
    }
    if (Files.exists(property("maven.settings"))) {
      options.add("--settings=" + property("maven.settings"));
    }
    options.add("-Dmaven.repo.local=" + property("repository.downloads"));
    options.add(
        "-Dmaven.repo.local.tail="
            + property("repository.build")
            + ","
            + property("repository.user"));
    options.add("-Dquarkus.analytics.disabled=true");
    Files.write(Files.createDirectory(directory.resolve(".mvn")).resolve("maven.config"), options);
  }

  private void run(Path empty, String commands) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-euxc", commands)
            .directory(empty.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    String bin = property("maven.home").resolve("bin").toString();
    shell.environment().merge("PATH", bin, (path, first) -> first + File.pathSeparator + path);
    shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process running = shell.start();
    try {
      boolean ended = running.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      String said = Files.readString(output);
      assertThat(ended).as("%s", "not done within " + LIMIT + ":\n" + said).isTrue();
      assertThat(running.exitValue()).as("%s", "exit status of the last of:\n" + said).isZero();
    } finally {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly();
    }
  }

  private static Path property(String name) {
    return Path.of(System.getProperty(name));
  }
}
