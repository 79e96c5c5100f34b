package dev.foldline.bank;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A bank that runs its reactions, as those of other tests do not. */
public class WithReactions implements QuarkusTestProfile {

  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of("foldline.run", "commands,queries,projections,reactions,timers,builds");
  }
}
