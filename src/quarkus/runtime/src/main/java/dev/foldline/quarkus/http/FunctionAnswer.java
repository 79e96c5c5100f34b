package dev.foldline.quarkus.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foldline.core.Invalid;
import dev.foldline.core.Receipt;
import io.quarkus.funqy.runtime.ApplicationException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What one call of a function is answered, and how it is counted: once. */
final class FunctionAnswer {

  private final HttpCall http;
  private final ObjectMapper json;
  private final FunctionMetrics metrics;
  private final boolean command;
  private final long start = System.nanoTime();
  private final AtomicBoolean counted = new AtomicBoolean();

  /**
   * @param command whether the function handles one, for the metrics
   */
  FunctionAnswer(HttpCall http, ObjectMapper json, FunctionMetrics metrics, boolean command) {
    this.http = http;
    this.json = json;
    this.metrics = metrics;
    this.command = command;
  }

  /** Answers what the function came to. */
  void done(@Nullable Object result) {
    Optional<IllegalStateException> missed =
        result instanceof Receipt ? CommandHeaders.missed(http) : Optional.empty();
    if (missed.isPresent()) {
      fail(missed.get());
      return;
    }
    HttpServerResponse response = http.request().response();
    try {
      boolean known = isNotModified();
      @Nullable Object body =
          switch (result) {
            case Receipt receipt -> receipt(receipt);
            case BegunAnswers.Accepted(var progress) -> progress.orElse(null);
            case null, default -> result;
          };
      Buffer bytes = body == null || known ? null : Buffer.buffer(json.writeValueAsBytes(body));
      count(Outcome.DONE);
      if (response.ended() || response.closed()) {
        return;
      }
      if (result instanceof BegunAnswers.Accepted) {
        response.setStatusCode(202);
      } else if (bytes == null) {
        response.setStatusCode(known ? 304 : 204);
      }
      if (bytes == null) {
        response.end();
      } else {
        response
            .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
            .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length()))
            .end(bytes);
      }
    } catch (JsonProcessingException | Invalid e) { // a header that the function did not look at
      fail(e);
    }
  }

  /** Gives the answer its tag, if it has one; whether the caller has what that stands for. */
  private boolean isNotModified() {
    Optional<EntityTags> tags = http.tags();
    tags.flatMap(EntityTags::answer).ifPresent(tag -> http.answer("ETag", tag));
    return tags.filter(EntityTags::haveAnswer).isPresent();
  }

  /** The body of a receipt, the same for each repeat; what else it says goes into headers. */
  private Done receipt(Receipt receipt) {
    if (receipt.revision() >= 0) {
      http.answer("ETag", "\"" + receipt.revision() + "\"");
      ConsistencyToken.answer(http, receipt);
    }
    if (receipt.replayed()) {
      http.answer("Idempotency-Replayed", "true");
    }
    return new Done(receipt.stream(), receipt.revision());
  }

  void fail(Throwable failure) {
    give(Problems.of(http.name(), unwrapped(failure), http.traceId()));
  }

  void give(Outcome outcome) {
    count(outcome.label());
    Problems.answer(http, outcome);
  }

  /** Once: what can't be cancelled ends after its caller has gone. */
  void count(String outcome) {
    if (!counted.getAndSet(true)) {
      metrics.record(http.function(), command, outcome, System.nanoTime() - start);
    }
  }

  /** A receipt as JSON. */
  record Done(String stream, long revision) {}

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof ApplicationException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
