package dev.foldline.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.foldline.testing.Tokens;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** An issuer of OpenID Connect: says where its keys are (Discovery 1.0, 4), and shows them. */
public final class Issuer implements QuarkusTestResourceLifecycleManager {

  private final HttpServer server;
  private final Tokens tokens;

  /** One on a free port. */
  public Issuer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tokens = new Tokens(url());
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public Map<String, String> start() {
    answer(
        "/.well-known/openid-configuration",
        "{\"issuer\":\"%1$s\",\"jwks_uri\":\"%1$s/keys\"}".formatted(url()));
    answer("/keys", tokens.keySet());
    server.start();
    return Map.of("quarkus.oidc.auth-server-url", url());
  }

  private void answer(String path, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    server.createContext(
        path,
        call -> {
          call.getResponseHeaders().add("Content-Type", "application/json");
          call.sendResponseHeaders(200, bytes.length);
          try (var body = call.getResponseBody()) {
            body.write(bytes);
          }
        });
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(tokens, new TestInjector.MatchesType(Tokens.class));
  }

  @Override
  public void stop() {
    server.stop(0);
  }
}
