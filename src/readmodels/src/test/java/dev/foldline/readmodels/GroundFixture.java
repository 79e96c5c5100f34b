package dev.foldline.readmodels;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have a {@link Ground} each. */
abstract class GroundFixture {

  Ground ground;

  @BeforeEach
  void start(@TempDir Path data) {
    ground = new Ground(data);
  }

  @AfterEach
  void stop() {
    ground.close();
  }
}
