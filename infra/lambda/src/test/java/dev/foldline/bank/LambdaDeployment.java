package dev.foldline.bank;

import dev.foldline.testing.LambdaRuntime;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The bank as {@code infra/docs/lambda.md} has it: what callers call is on Lambda, the rest where
 * an instance is always awake. A scheduler calls in the place of the role {@code timers}.
 */
final class LambdaDeployment implements AutoCloseable {

  private final Neighbours neighbours;
  private final BankProcess awake;
  private final BankProcess function;

  /**
   * @param environment what the function's has besides
   */
  LambdaDeployment(Path data, Map<String, String> environment) {
    neighbours = new Neighbours(data);
    Map<String, String> properties = new HashMap<>(neighbours.properties());
    function = BankProcess.launch(BankProcess.inProduction(properties), environment);
    properties.put("foldline.run", "commands,queries,projections,reactions,builds");
    awake = BankProcess.start(Path.of(System.getProperty("bank.awake")), properties, Map.of());
    function.awaitReady();
  }

  Neighbours neighbours() {
    return neighbours;
  }

  /** The plain application, which answers what the function answers too. */
  BankClient awake() {
    return awake.client();
  }

  BankProcess function() {
    return function;
  }

  /** The function, by its URL. */
  BankClient client() {
    return function.client();
  }

  LambdaRuntime lambda() {
    return function.lambda();
  }

  @Override
  public void close() {
    try (var _ = neighbours;
        var _ = awake;
        var _ = function) {
      // closed in reverse order
    }
  }
}
