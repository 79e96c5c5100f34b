package dev.foldline.quarkus.http;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import io.quarkus.vertx.http.runtime.QuarkusHttpHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mends, ahead of all routes, what Quarkus's handler makes of an HTTP event of AWS Lambda. It
 * splits each header at its commas, which idempotency keys, dates and lists of entity tags have;
 * and it takes an answer for text, which goes as it is, only if {@code Content-Type} is spelt so.
 */
@Singleton
final class LambdaHttp {

  private static final String CONTENT_TYPE = "Content-Type";

  void register(@Observes Router router) {
    router.route().order(Integer.MIN_VALUE).handler(LambdaHttp::mend);
  }

  private static void mend(RoutingContext request) {
    if (request.request().headers() instanceof QuarkusHttpHeaders headers) {
      @Nullable APIGatewayV2HTTPEvent event = headers.getContextObject(APIGatewayV2HTTPEvent.class);
      if (event != null) {
        restore(event.getHeaders(), headers);
        request.addHeadersEndHandler(_ -> spell(request.response().headers()));
      }
    }
    request.next();
  }

  private static void restore(@Nullable Map<String, String> sent, QuarkusHttpHeaders headers) {
    if (sent != null) {
      sent.forEach(
          (name, value) -> {
            if (value != null) {
              headers.set(name, value);
            }
          });
    }
  }

  private static void spell(MultiMap headers) {
    @Nullable String type = headers.get(HttpHeaders.CONTENT_TYPE);
    if (type != null) {
      headers.set(CONTENT_TYPE, type);
    }
  }
}
