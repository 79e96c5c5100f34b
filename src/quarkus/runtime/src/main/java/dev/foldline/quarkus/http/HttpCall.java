package dev.foldline.quarkus.http;

import dev.foldline.core.Invalid;
import dev.foldline.core.commands.KeyedRequest;
import dev.foldline.core.commands.RequestMacs;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.arc.Arc;
import io.quarkus.arc.Unremovable;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP call of now: its headers, and those of its answer.
 *
 * <p>It is kept with the Vert.x context that Quarkus makes for each request and with the request
 * scope, so it is found on the event loop, on worker threads and on virtual threads, wherever a Uni
 * goes on, and by no other call. On a thread of the application's own it is not.
 */
final class HttpCall {

  private static final String KEY = HttpCall.class.getName();
  private static final String CONTENT_TYPES = KEY + ".content-types";
  static final Pattern PRINTABLE = Pattern.compile("[ -~]{1,255}");
  static final String TRACEPARENT = "traceparent";

  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?([1-9][0-9]{0,5})\"?(?:$|[,;\\s])");
  private static final Pattern W3C =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private final String function;
  private final RoutingContext request;
  private final SpanContext span = Span.current().getSpanContext();
  private final long begun = System.nanoTime();
  private volatile boolean heard;
  private @Nullable KeyedRequest keyed;
  private @Nullable EntityTags tags;

  /**
   * @param function the name of the one that is called
   */
  HttpCall(String function, RoutingContext request) {
    this.function = function;
    this.request = request;
  }

  /** Keeps the call for as long as its request scope lasts. */
  @RequestScoped
  @Unremovable
  static class Scope {

    private @Nullable HttpCall call;

    /** Makes it the call of the request scope that is active. */
    void enter(HttpCall begun) {
      call = begun;
    }

    Optional<HttpCall> current() {
      return Optional.ofNullable(call);
    }
  }

  /**
   * Has a request's body read as it is, and bounded, whatever its Content-Type: as a form it would
   * be parsed, and its files kept. What it is called is looked at with the rest of the input.
   */
  static void readAsItIs(RoutingContext request) {
    MultiMap headers = request.request().headers();
    request.put(CONTENT_TYPES, headers.getAll(HttpHeaders.CONTENT_TYPE));
    if (headers.contains(HttpHeaders.CONTENT_TYPE)) {
      headers.set(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    request.next();
  }

  /** Whether it has a body that is not said to be JSON. */
  boolean hasForeignBody() {
    return request.request().method().equals(HttpMethod.POST)
        && request.body().length() > 0
        && !JsonContentType.isIn(request.get(CONTENT_TYPES, List.of()));
  }

  /** The name of the function that is called. */
  String function() {
    return function;
  }

  /** As the log names it. */
  String name() {
    return request.request().method() + " " + request.normalizedPath();
  }

  /** Makes it the call of now. */
  void enter() {
    ContextLocals.put(KEY, this);
  }

  /** None outside a call, such as in a timer. */
  static Optional<HttpCall> current() {
    Optional<HttpCall> here =
        VertxContext.isOnDuplicatedContext() ? ContextLocals.get(KEY) : Optional.empty();
    return here.or(HttpCall::ofScope);
  }

  private static Optional<HttpCall> ofScope() {
    return Arc.container().requestContext().isActive()
        ? Arc.container().instance(Scope.class).get().current()
        : Optional.empty();
  }

  RoutingContext request() {
    return request;
  }

  /**
   * What it asks, with its idempotency key, if it has one: the same object whenever it is asked
   * for.
   *
   * @throws Invalid if the key is malformed
   */
  synchronized Optional<KeyedRequest> keyed(RequestMacs macs) {
    Optional<String> key = word(CommandHeaders.IDEMPOTENCY_KEY);
    if (keyed == null && key.isPresent()) {
      keyed = new KeyedRequest(key.get(), asked(), macs);
    }
    return Optional.ofNullable(keyed);
  }

  private byte[] asked() {
    if (!request.request().method().equals(HttpMethod.POST)) {
      return CanonicalRequest.of(function, request.queryParams());
    }
    Buffer body = request.body().buffer();
    return CanonicalRequest.of(function, body == null ? new byte[0] : body.getBytes());
  }

  /** What it says beside its command is listened to. */
  void hear() {
    heard = true;
  }

  /** Whether somebody listened to what it says beside its command. */
  boolean isHeard() {
    return heard;
  }

  /**
   * A header that is given at most once.
   *
   * @throws Invalid if it is given more often
   */
  Optional<String> header(String name) {
    MultiMap headers = request.request().headers();
    @Nullable String value = headers.get(name);
    if (value != null && headers.getAll(name).size() > 1) {
      throw new Invalid(name, name + " is given more than once");
    }
    return Optional.ofNullable(value);
  }

  /**
   * A header of 1 to 255 printable ASCII characters.
   *
   * @throws Invalid if it is something else
   */
  Optional<String> word(String name) {
    Optional<String> value = header(name);
    if (value.isPresent() && !PRINTABLE.matcher(value.get()).matches()) {
      throw new Invalid(name, name + " must be 1 to 255 printable ASCII characters");
    }
    return value;
  }

  /** For how long its caller prefers to wait (RFC 7240); what is no preference is none. */
  Optional<Duration> preferredWait() {
    MultiMap headers = request.request().headers();
    if (!headers.contains("Prefer")) {
      return Optional.empty();
    }
    Matcher wait = WAIT.matcher(String.join(",", headers.getAll("Prefer")));
    return wait.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(wait.group(1))))
        : Optional.empty();
  }

  /**
   * For how long it is waited, as its caller prefers that, which the answer says; empty if not at
   * all.
   *
   * @param longest at most; zero for not at all
   */
  Optional<Duration> agreedWait(Duration longest) {
    Optional<Duration> wait =
        preferredWait()
            .filter(_ -> !longest.isZero())
            .map(preferred -> preferred.compareTo(longest) < 0 ? preferred : longest);
    wait.ifPresent(agreed -> answer("Preference-Applied", "wait=" + agreed.toSeconds()));
    return wait;
  }

  /** How long ago it came. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /**
   * The entity tags of a call that only asks: the same object whenever it is asked for.
   *
   * @throws Invalid if those of the caller are malformed
   */
  synchronized Optional<EntityTags> tags() {
    HttpMethod method = request.request().method();
    if (tags == null && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))) {
      tags = new EntityTags(request.request().headers().getAll(CommandHeaders.IF_NONE_MATCH));
    }
    return Optional.ofNullable(tags);
  }

  /** Sets a header of the answer, if there still is one to come. */
  void answer(String name, String value) {
    if (!request.response().headWritten() && !request.response().closed()) {
      request.response().putHeader(name, value);
    }
  }

  /** Where the call is in its trace, in W3C's form: our own span, else the caller's. */
  Optional<String> traceparent() {
    return traceparent(request.request().getHeader(TRACEPARENT));
  }

  /** The trace of now, else one that was given, if it is one. */
  static Optional<String> traceparent(@Nullable String given) {
    SpanContext span = Span.current().getSpanContext();
    if (span.isValid()) {
      return Optional.of(
          "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex());
    }
    return Optional.ofNullable(given).filter(header -> W3C.matcher(header).matches());
  }

  /** The id of the call's trace, else one for the call alone. */
  String traceId() {
    return span.isValid() ? span.getTraceId() : traceId(request.request().getHeader(TRACEPARENT));
  }

  /**
   * The id of the trace of now, else one for the call alone.
   *
   * @param given the header {@code traceparent}
   */
  static String traceId(@Nullable String given) {
    return traceparent(given).map(parent -> parent.substring(3, 35)).orElseGet(HttpCall::id);
  }

  /** A new random id of 32 hexadecimal digits, which is no secret. */
  static String id() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
