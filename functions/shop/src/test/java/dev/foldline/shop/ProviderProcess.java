package dev.foldline.shop;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The payment provider beside tests of the shop. */
public final class ProviderProcess implements QuarkusTestResourceLifecycleManager {

  private @Nullable AppProcess provider;

  @Override
  public Map<String, String> start() {
    AppProcess started = launch();
    provider = started;
    started.awaitReady();
    return Map.of("shop.provider.url", started.url().toString());
  }

  /** With a ledger of its own. */
  static AppProcess launch() {
    try {
      Path ledger = Files.createTempDirectory(Path.of("target"), "provider-").resolve("ledger");
      return new AppProcess(
          AppProcess.PROVIDER,
          Map.of("provider.ledger", ledger.toAbsolutePath().toString()),
          "charges");
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
