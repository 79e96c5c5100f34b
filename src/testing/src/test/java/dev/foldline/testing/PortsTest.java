package dev.foldline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A port for a server of a test")
class PortsTest {

  private static final int MANY = 500;

  /** Takes many, says so, and keeps them until it is told to end. */
  static final class Other {

    public static void main(String[] args) throws Exception {
      StringBuilder taken = new StringBuilder();
      for (int i = 0; i < MANY; i++) {
        taken.append(Ports.free()).append(' ');
      }
      System.out.println(taken);
      System.in.read();
    }
  }

  @Test
  void is_given_to_one_test_alone_though_nobody_listens_on_it_yet() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = other.inputReader()) {
      Set<String> taken = new HashSet<>(List.of(output.readLine().split(" ")));
      for (int i = 0; i < MANY; i++) {
        assertThat(taken.add(String.valueOf(Ports.free()))).isTrue();
      }
      assertThat(taken).hasSize(2 * MANY);
    } finally {
      other.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }
}
