package dev.foldline.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The URL of a function of AWS Lambda: makes an event of version 2.0 of each HTTP request, as AWS
 * does, and an HTTP answer of what the function says, so that whatever calls an application over
 * HTTP can call it on Lambda. On the loopback interface. Safe for use by many threads.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html">Its payload
 *     format</a>
 */
public final class FunctionUrl implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What AWS takes and gives at most. */
  private static final int MOST_BYTES = 6 * 1024 * 1024;

  private static final Pattern TEXT =
      Pattern.compile("(text/.*|application/(json|xml|javascript))\\s*(;.*)?");

  /** What the server of the answer says itself. */
  private static final List<String> OF_THE_CONNECTION =
      List.of("content-length", "transfer-encoding", "connection", "date");

  private final LambdaRuntime runtime;
  private final HttpServer server;

  /** Listens on a port of the loopback interface, for a function whose invocations these are. */
  public FunctionUrl(int port, LambdaRuntime runtime) {
    this.runtime = runtime;
    this.server = LoopbackHttp.serve(port);
    server.createContext("/", this::call);
    server.start();
  }

  private void call(HttpExchange call) throws IOException {
    try (call) {
      byte[] body = call.getRequestBody().readNBytes(MOST_BYTES + 1);
      if (body.length > MOST_BYTES) {
        LoopbackHttp.send(call, 413, new byte[0]);
      } else {
        answer(call, invoke(event(call, body)));
      }
    }
  }

  /** What a function fails is a 502. */
  private String invoke(JsonNode event) {
    try {
      return runtime.invoke(event.toString());
    } catch (LambdaRuntime.FunctionFailed _) {
      return "{\"statusCode\":502,\"body\":\"Internal Server Error\"}";
    }
  }

  /** The names of headers are in lower case, several of one name are one, cookies are apart. */
  private static ObjectNode event(HttpExchange call, byte[] body) {
    String path = call.getRequestURI().getRawPath();
    ObjectNode event = JSON.createObjectNode();
    event.put("version", "2.0").put("routeKey", "$default").put("rawPath", path);
    event.put("rawQueryString", Objects.requireNonNullElse(call.getRequestURI().getRawQuery(), ""));
    ObjectNode headers = event.putObject("headers");
    call.getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (name.equalsIgnoreCase("cookie")) {
                Pattern.compile("; *")
                    .splitAsStream(String.join("; ", values))
                    .forEach(event.withArray("cookies")::add);
              } else {
                headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values));
              }
            });
    headers.put("x-forwarded-for", "127.0.0.1").put("x-forwarded-port", "443");
    headers.put("x-forwarded-proto", "https");
    ObjectNode context = event.putObject("requestContext");
    context.put("accountId", "anonymous").put("apiId", "box").put("routeKey", "$default");
    context.put("requestId", UUID.randomUUID().toString()).put("stage", "$default");
    context.put("timeEpoch", Instant.now().toEpochMilli());
    context
        .putObject("http")
        .put("method", call.getRequestMethod())
        .put("path", path)
        .put("protocol", "HTTP/1.1")
        .put("sourceIp", "127.0.0.1");
    boolean isText = isText(headers.path("content-type").asText(), body);
    if (body.length > 0) {
      String encoded = isText ? new String(body, UTF_8) : Base64.getEncoder().encodeToString(body);
      event.put("body", encoded);
    }
    return event.put("isBase64Encoded", body.length > 0 && !isText);
  }

  private static boolean isText(String contentType, byte[] body) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return TEXT.matcher(contentType.toLowerCase(Locale.ROOT)).matches();
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  /** What has no status is the body of a 200, as AWS takes it. */
  private static void answer(HttpExchange call, String answer) throws IOException {
    JsonNode said = JSON.readTree(answer);
    if (!said.has("statusCode")) {
      call.getResponseHeaders().set("Content-Type", "application/json");
      LoopbackHttp.send(call, 200, answer.getBytes(UTF_8));
      return;
    }
    said.path("headers")
        .properties()
        .forEach(
            header -> {
              if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                call.getResponseHeaders().add(header.getKey(), header.getValue().asText());
              }
            });
    said.path("cookies")
        .forEach(cookie -> call.getResponseHeaders().add("Set-Cookie", cookie.asText()));
    String body = said.path("body").asText("");
    boolean isBinary = said.path("isBase64Encoded").asBoolean();
    LoopbackHttp.send(
        call,
        said.path("statusCode").asInt(),
        isBinary ? Base64.getDecoder().decode(body) : body.getBytes(UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
