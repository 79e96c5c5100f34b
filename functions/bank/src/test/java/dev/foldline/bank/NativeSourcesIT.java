package dev.foldline.bank;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a native executable of the bank is built of")
class NativeSourcesIT {

  private static final Path SOURCES = Path.of(System.getProperty("native.sources", ""));

  /** A value of these may not be part of an executable: each that runs would have its seed. */
  private static final Set<String> RANDOM =
      Set.of(
          "Ljava/security/SecureRandom;",
          "Ljava/util/Random;",
          "Ljava/util/SplittableRandom;",
          "Ljava/util/random/RandomGenerator;");

  /** Nothing that the bank does leads there. */
  private static final Set<String> NEVER_REACHED =
      Set.of("io.prometheus.client.Striped64", "io.smallrye.health.HealthStatus");

  private static final String SUBSTITUTION = "Target_";

  @Test
  void is_neither_an_event_store_nor_a_second_netty() throws IOException {
    assertThat(jars())
        .extracting(jar -> jar.getFileName().toString())
        .anyMatch(name -> name.contains("grpc-netty"))
        .noneMatch(name -> name.contains("shaded"))
        .noneMatch(name -> name.contains("foldline-embedded"))
        .noneMatch(name -> name.contains("sqlite"))
        .noneMatch(name -> name.contains("bouncycastle"));
  }

  @Test
  void seeds_no_randomness_before_it_runs() throws IOException {
    String whenRun = new String(generated("io/quarkus/runner/Feature.class"), ISO_8859_1);
    List<String> seeded = new ArrayList<>();
    for (Path jar : jars()) {
      seeded.addAll(seeded(jar));
    }

    assertThat(seeded).contains("com.eventstore.dbclient.NodeSelector");
    assertThat(seeded)
        .filteredOn(name -> !name.contains(SUBSTITUTION))
        .filteredOn(name -> !isSubstituted(name, seeded))
        .filteredOn(name -> !NEVER_REACHED.contains(name))
        .filteredOn(name -> !whenRun.contains(constant(name)))
        .isEmpty();
  }

  @Test
  void knows_the_shapes_of_commands_states_events_documents_and_of_what_functions_and_channels_say()
      throws IOException {
    String shapes =
        new String(
            generated("META-INF/native-image/dev.foldline/json/reachability-metadata.json"), UTF_8);
    String members = new String(generated("META-INF/native-image/reflect-config.json"), UTF_8);

    assertThat(
            Stream.of(
                "dev.foldline.bank.AccountCommand$Deposit",
                "dev.foldline.bank.Account",
                "dev.foldline.bank.Account$Active",
                "dev.foldline.bank.AccountEvent",
                "dev.foldline.bank.AccountEvent$Closed",
                "dev.foldline.bank.AccountView",
                "dev.foldline.bank.AccountView$Status",
                "dev.foldline.bank.AccountQueries$AccountQuery",
                "dev.foldline.bank.AccountQueries$Answer",
                "dev.foldline.bank.BankQueries$Totals",
                "dev.foldline.bank.Farewells$Letter",
                "dev.foldline.core.Listing$Page",
                "dev.foldline.core.commands.RecentKeys$Entry",
                "dev.foldline.eventstoredb.snapshots.SnapshotCodec$Snapshot",
                "dev.foldline.quarkus.http.FunctionAnswer$Done",
                "dev.foldline.quarkus.http.Outcome$Problem"))
        .allSatisfy(name -> assertThat(shapes).contains("{\"type\":\"" + name + "\"}"))
        .allSatisfy(name -> assertThat(members).contains("\"name\":\"" + name + "\""));
  }

  @Test
  void knows_the_caches_and_the_messages_of_the_protocol() throws IOException {
    assertThat(new String(generated("META-INF/native-image/reflect-config.json"), UTF_8))
        .contains(
            "com.github.benmanes.caffeine.cache.SSMW",
            "com.github.benmanes.caffeine.cache.PSMW",
            "com.github.benmanes.caffeine.cache.WS",
            "com.github.benmanes.caffeine.cache.FS",
            "\"com.google.rpc.Status\"",
            "\"com.google.rpc.Status$Builder\"");
  }

  @Test
  void comes_with_what_to_build_it_with() throws IOException {
    assertThat(Files.readString(SOURCES.resolve("native-image.args")))
        .contains("--no-fallback", "io.quarkus.runner.Feature", "-runner.jar");
  }

  /** As a class file holds it, behind its length. */
  private static String constant(String name) {
    return "" + (char) (name.length() >> 8) + (char) (name.length() & 0xff) + name;
  }

  private static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES.resolve("lib"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** Of what was made for this application. */
  private static byte[] generated(String name) throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      Path runner = files.filter(file -> file.toString().endsWith("-runner.jar")).findFirst().get();
      try (JarFile jar = new JarFile(runner.toFile())) {
        return bytes(jar, jar.getJarEntry(name));
      }
    }
  }

  private static List<String> seeded(Path path) throws IOException {
    List<String> seeded = new ArrayList<>();
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
          ClassModel type = ClassFile.of().parse(bytes(jar, entry));
          if (type.fields().stream()
              .filter(field -> field.flags().has(AccessFlag.STATIC))
              .anyMatch(field -> RANDOM.contains(field.fieldType().stringValue()))) {
            seeded.add(type.thisClass().asInternalName().replace('/', '.'));
          }
        }
      }
    }
    return seeded;
  }

  /** Whether Quarkus has another class stand for it. */
  private static boolean isSubstituted(String name, List<String> seeded) {
    return seeded.stream().anyMatch(each -> each.endsWith(SUBSTITUTION + name.replace('.', '_')));
  }

  private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
