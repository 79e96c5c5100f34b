package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In the profile {@code trained}, after {@link BankIT}. */
@DisplayName("What the bank was trained by")
class TrainedIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path elsewhere;

  @Test
  void becomes_a_cache_that_may_be_moved_with_it() throws Exception {
    assumeTrue(System.getProperty("trained") != null, "only in the profile trained");
    Path recorded = BankProcess.APPLICATION.resolve("app.aotconf");
    assertThat(recorded).exists();
    run(BankProcess.APPLICATION.resolve("run").toString(), "train");
    Files.delete(recorded);

    Path moved = elsewhere.resolve("the bank");
    run("cp", "-Rp", BankProcess.APPLICATION.toString(), moved.toString());
    Path loaded = elsewhere.resolve("classes.log");
    try (Neighbours neighbours = new Neighbours(elsewhere);
        BankProcess bank =
            BankProcess.start(
                moved,
                neighbours.properties(),
                Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
      assertThat(bank.client().open("a-1").status()).isEqualTo(200);
    }
    assertThat(Files.readAllLines(loaded))
        .filteredOn(line -> line.contains("dev.foldline.bank.AccountCommands "))
        .singleElement()
        .asString()
        .contains("shared objects file");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).inheritIO();
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    assertThat(process.waitFor(LIMIT)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
