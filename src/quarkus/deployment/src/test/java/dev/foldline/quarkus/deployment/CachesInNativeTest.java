package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.foldline.core.Category;
import dev.foldline.eventstoredb.connection.EventStore;
import dev.foldline.messaging.OutgoingEvent;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.readmodels.EventRef;
import dev.foldline.redis.ReadModels;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The caches of a native executable")
class CachesInNativeTest {

  private static final String COMMANDS = "dev.foldline.eventstoredb.commands.CachedStates";
  private static final String CHANNELS = "dev.foldline.messaging.OutgoingChannel";

  /** One of each jar that an application has. */
  private static final List<Class<?>> JARS =
      List.of(
          Category.class,
          EventStore.class,
          OutgoingEvent.class,
          EventRef.class,
          ReadModels.class,
          FoldlineConfig.class);

  @Test
  void are_made_of_the_classes_that_are_registered() throws Exception {
    Set<String> classes = new TreeSet<>(classes(commands()));
    classes.addAll(classes(channels()));

    assertThat(new NativeProcessor().caches().getClassNames())
        .containsExactlyInAnyOrderElementsOf(classes);
  }

  @Test
  void are_those_that_are_looked_at_here() throws Exception {
    List<String> users = new ArrayList<>();
    for (Class<?> each : JARS) {
      URI place = each.getProtectionDomain().getCodeSource().getLocation().toURI();
      if (place.getPath().endsWith(".jar")) {
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
          users.addAll(users(jar.getPath("/")));
        }
      } else {
        users.addAll(users(Path.of(place)));
      }
    }

    assertThat(users).containsExactlyInAnyOrder(COMMANDS, CHANNELS);
  }

  private static List<String> users(Path root) throws IOException {
    String builder = Caffeine.class.getName().replace('.', '/');
    List<String> users = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(builder)) {
          String name = root.relativize(file).toString();
          users.add(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
        }
      }
    }
    return users;
  }

  private static Object commands() throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(COMMANDS).getDeclaredConstructor(int.class);
    constructor.setAccessible(true);
    return field("states", constructor.newInstance(10));
  }

  private static Object channels() throws ReflectiveOperationException {
    Class<?> settings =
        Class.forName("dev.foldline.messaging.EventStoreConnectorOutgoingConfiguration");
    Constructor<?> settingsOf = settings.getDeclaredConstructor(Config.class);
    settingsOf.setAccessible(true);
    Config config =
        new SmallRyeConfigBuilder().withDefaultValues(Map.of("channel-name", "out")).build();
    Constructor<?> constructor =
        Class.forName(CHANNELS).getDeclaredConstructor(settings, EventStore.class);
    constructor.setAccessible(true);
    return field("ledTo", constructor.newInstance(settingsOf.newInstance(config), null));
  }

  /** Of the cache, and of what is in it. */
  private static Set<String> classes(Object cache) throws ReflectiveOperationException {
    Object bounded = field("cache", cache);
    return Set.of(bounded.getClass().getName(), field("nodeFactory", bounded).getClass().getName());
  }

  private static Object field(String name, Object of) throws ReflectiveOperationException {
    for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field.get(of);
        }
      }
    }
    throw new NoSuchFieldException(of.getClass().getName() + "." + name);
  }
}
