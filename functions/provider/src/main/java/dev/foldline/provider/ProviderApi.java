package dev.foldline.provider;

import dev.foldline.provider.Behaviour.Kind;
import dev.foldline.provider.Behaviour.Mood;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What shops call. */
@Path("/")
public class ProviderApi {

  private static final int UNPROCESSABLE = 422;
  private static final Duration FOR_EVER = Duration.ofMinutes(10);

  private final Ledger ledger;
  private final Behaviour behaviour;

  ProviderApi(Ledger ledger, Behaviour behaviour) {
    this.ledger = ledger;
    this.behaviour = behaviour;
  }

  @POST
  @Path("authorise")
  @RunOnVirtualThread
  public Response authorise(
      @HeaderParam("Idempotency-Key") String key, Request.Authorise request, RoutingContext call)
      throws IOException, InterruptedException {
    check(request.cents());
    return handle(key, request, call);
  }

  @POST
  @Path("capture")
  @RunOnVirtualThread
  public Response capture(
      @HeaderParam("Idempotency-Key") String key, Request.Capture request, RoutingContext call)
      throws IOException, InterruptedException {
    check(request.cents());
    return handle(key, request, call);
  }

  @POST
  @Path("void")
  @RunOnVirtualThread
  public Response end(
      @HeaderParam("Idempotency-Key") String key,
      Request.VoidAuthorisation request,
      RoutingContext call)
      throws IOException, InterruptedException {
    return handle(key, request, call);
  }

  @POST
  @Path("refund")
  @RunOnVirtualThread
  public Response refund(
      @HeaderParam("Idempotency-Key") String key, Request.Refund request, RoutingContext call)
      throws IOException, InterruptedException {
    return handle(key, request, call);
  }

  private static void check(long cents) {
    if (cents < 1) {
      throw new BadRequestException("cents must be at least 1");
    }
  }

  private Response handle(@Nullable String key, Request request, RoutingContext call)
      throws IOException, InterruptedException {
    if (key == null || key.isBlank()) {
      throw new BadRequestException("Idempotency-Key must be given");
    }
    Mood mood = behaviour.next();
    if (mood.kind() == Kind.HANG) {
      Thread.sleep(FOR_EVER);
    }
    if (mood.kind() == Kind.SLOW) {
      Thread.sleep(mood.millis());
    }
    Answer answer = ledger.handle(key, request, mood.kind() == Kind.DECLINE);
    return switch (mood.kind()) {
      case WELL, DECLINE, SLOW, HANG -> response(key, answer);
      case FAIL -> Response.serverError().build();
      case LOSE -> {
        call.response().reset();
        yield Response.serverError().build();
      }
    };
  }

  /** What took place is known by its key. */
  private static Response response(String key, Answer answer) {
    return answer.isDone()
        ? Response.ok(Map.of("id", key)).build()
        : Response.status(UNPROCESSABLE).entity(answer).build();
  }

  @GET
  @Path("charges")
  public List<Charge> charges() {
    return ledger.charges();
  }

  /** Has the next requests come out otherwise. */
  @POST
  @Path("behaviour")
  public void behave(Mood mood) {
    behaviour.set(mood);
  }
}
