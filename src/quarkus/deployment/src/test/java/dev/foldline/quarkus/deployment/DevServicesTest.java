package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.bootstrap.classloading.QuarkusClassLoader;
import io.quarkus.builder.item.BuildItem;
import io.quarkus.deployment.builditem.CuratedApplicationShutdownBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the settings {@code foldline.devservices} do. */
class DevServicesTest {

  private final DevServices services = new DevServices();
  private final List<BuildItem> started = new ArrayList<>();

  @TempDir Path data;

  @AfterEach
  void stop() {
    Development.close();
  }

  private BuildConfig with(String setting, String value) {
    Map<String, String> properties =
        Map.of(
            "foldline.devservices.data", data.toString(), "foldline.devservices." + setting, value);
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(BuildConfig.class)
        .withSources(new PropertiesConfigSource(properties, "application.properties", 250))
        .build()
        .getConfigMapping(BuildConfig.class);
  }

  private void develop(BuildConfig config) {
    QuarkusClassLoader loader =
        QuarkusClassLoader.builder("development", getClass().getClassLoader(), false).build();
    services.develop(config, new CuratedApplicationShutdownBuildItem(loader, true), started::add);
  }

  private void start(BuildConfig config, LaunchMode mode) {
    LaunchModeBuildItem launched =
        new LaunchModeBuildItem(mode, Optional.empty(), false, Optional.empty(), false);
    services.start(config, launched, started::add);
  }

  @Test
  void are_started_in_tests_where_they_are_not_switched_off() {
    start(with("enabled", "true"), LaunchMode.TEST);

    assertThat(started).hasSize(2);
  }

  @Test
  void are_not_started_where_they_are_switched_off() {
    BuildConfig off = with("enabled", "false");

    develop(off);
    start(off, LaunchMode.TEST);

    assertThat(started).isEmpty();
  }

  @Test
  void develop_on_the_port_that_is_set() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      BuildConfig config = with("port", String.valueOf(taken.getLocalPort()));

      assertThatThrownBy(() -> develop(config))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
  }
}
