package dev.foldline.openapi;

import dev.foldline.testing.RedisProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A bank with an operator and one who may nothing, whose neighbours fail as a test wants it. */
public class WithUsers implements QuarkusTestProfile {

  @Override
  public Set<Class<?>> getEnabledAlternatives() {
    return Set.of(FailingStreams.class);
  }

  @Override
  public Map<String, String> getConfigOverrides() {
    Map<String, String> properties = new HashMap<>();
    properties.put("foldline.run", "commands,queries,projections,builds");
    properties.put("foldline.operations.enabled", "true");
    properties.put("foldline.commands.attempts", "2");
    properties.put("quarkus.http.limits.max-body-size", "64K");
    properties.put("quarkus.http.auth.basic", "true");
    properties.put("quarkus.security.users.embedded.enabled", "true");
    properties.put("quarkus.security.users.embedded.plain-text", "true");
    properties.put("quarkus.security.users.embedded.users.ada", "secret");
    properties.put("quarkus.security.users.embedded.roles.ada", "operator");
    properties.put("quarkus.security.users.embedded.users.eve", "secret");
    properties.put("quarkus.security.users.embedded.roles.eve", "reader");
    return properties;
  }

  @Override
  public List<TestResourceEntry> testResources() {
    return List.of(new TestResourceEntry(OwnRedis.class));
  }

  /** A Redis that a test may stop. */
  public static class OwnRedis implements QuarkusTestResourceLifecycleManager {

    private @Nullable RedisProcess redis;

    @Override
    public Map<String, String> start() {
      redis = new RedisProcess();
      return Map.of("quarkus.redis.hosts", redis.url());
    }

    @Override
    public void inject(TestInjector injector) {
      injector.injectIntoFields(redis, field -> field.getType().equals(RedisProcess.class));
    }

    @Override
    public void stop() {
      if (redis != null) {
        redis.close();
      }
    }
  }
}
