package dev.foldline.redis;

import io.vertx.mutiny.redis.client.Request;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One command to Redis, built part by part. */
final class Command {

  private final Request request;
  private final @Nullable Request ifScriptUnknown;
  private @Nullable String key;

  Command(String name) {
    this.request = Request.cmd(io.vertx.mutiny.redis.client.Command.create(name));
    this.ifScriptUnknown = null;
  }

  /** A script by its digest; by its text where Redis does not know it yet, or no more. */
  Command(Script script, List<String> keys, List<String> arguments) {
    this.request = call("EVALSHA", script.digest(), keys, arguments);
    this.ifScriptUnknown = call("EVAL", script.text(), keys, arguments);
    this.key = keys.getFirst();
  }

  private static Request call(
      String name, String script, List<String> keys, List<String> arguments) {
    Request request =
        Request.cmd(io.vertx.mutiny.redis.client.Command.create(name)).arg(script).arg(keys.size());
    keys.forEach(request::arg);
    arguments.forEach(request::arg);
    return request;
  }

  /** Its first argument is its first key. */
  Command arg(String value) {
    key = key == null ? value : key;
    request.arg(value);
    return this;
  }

  Request request() {
    return request;
  }

  /** A key by which a cluster knows where the command goes; none if it has none. */
  Optional<String> key() {
    return Optional.ofNullable(key);
  }

  @Nullable Request ifScriptUnknown() {
    return ifScriptUnknown;
  }
}
