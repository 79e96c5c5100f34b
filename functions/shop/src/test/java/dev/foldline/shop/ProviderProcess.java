package dev.foldline.shop;

import dev.foldline.testing.ApplicationProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The payment provider beside tests of the shop. */
public final class ProviderProcess implements QuarkusTestResourceLifecycleManager {

  /** What it answers once it is ready. */
  static final String READY = "charges";

  private @Nullable ApplicationProcess provider;

  @Override
  public Map<String, String> start() {
    ApplicationProcess started = launch();
    provider = started;
    return Map.of("shop.provider.url", started.url().toString());
  }

  /** With a ledger of its own; it is ready. */
  static ApplicationProcess launch() {
    try {
      Path ledger = Files.createTempDirectory(Path.of("target"), "provider-").resolve("ledger");
      ApplicationProcess provider =
          new ApplicationProcess(
              Path.of("..", "provider", "target", "quarkus-app"),
              List.of("-Xmx128m"),
              Map.of("provider.ledger", ledger.toAbsolutePath().toString()),
              Map.of());
      provider.awaitReady(READY);
      return provider;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (provider != null) {
      provider.close();
    }
  }
}
