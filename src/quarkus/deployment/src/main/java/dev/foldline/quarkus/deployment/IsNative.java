package dev.foldline.quarkus.deployment;

import io.quarkus.deployment.pkg.NativeConfig;
import java.util.function.BooleanSupplier;

/** Whether a native executable is built, or what one is made of. */
class IsNative implements BooleanSupplier {

  private final NativeConfig config;

  IsNative(NativeConfig config) {
    this.config = config;
  }

  @Override
  public boolean getAsBoolean() {
    return config.enabled();
  }
}
