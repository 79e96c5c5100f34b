package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.Produce;
import io.quarkus.deployment.pkg.builditem.ArtifactResultBuildItem;
import io.quarkus.deployment.pkg.builditem.JarBuildItem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/** Puts a launcher beside the packaged application: {@code run [fast-start|throughput]}. */
class LauncherProcessor {

  private static final String NAME = "run";

  @BuildStep
  @Produce(ArtifactResultBuildItem.class)
  void launcher(Optional<JarBuildItem> application) throws IOException {
    if (application.isPresent() && application.get().getType().usesFastJarLayout()) {
      Path launcher = application.get().getPath().resolveSibling(NAME);
      try (InputStream script =
          Objects.requireNonNull(LauncherProcessor.class.getResourceAsStream(NAME))) {
        Files.copy(script, launcher, StandardCopyOption.REPLACE_EXISTING);
      }
      if (!launcher.toFile().setExecutable(true)) {
        throw new IOException(launcher + " can't be made executable");
      }
    }
  }
}
