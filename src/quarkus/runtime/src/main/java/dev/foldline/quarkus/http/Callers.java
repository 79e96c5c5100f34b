package dev.foldline.quarkus.http;

import dev.foldline.core.Caller;
import dev.foldline.core.Invalid;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Who sends a request, as whatever of Quarkus's mechanisms authenticates it says. */
final class Callers {

  private Callers() {}

  /** Whether it may be found out yet: callers are only authenticated when someone asks. */
  static boolean areUnknown(RoutingContext request) {
    return request.user() == null && request.get(QuarkusHttpUser.DEFERRED_IDENTITY_KEY) != null;
  }

  /**
   * Who sends it; anonymous where nothing authenticates.
   *
   * @throws Invalid if they have no name, or one that could not be stored
   * @throws IllegalStateException if nobody asked who it is, which is not to be taken for anonymous
   */
  static Caller of(RoutingContext request) {
    if (areUnknown(request)) {
      throw new IllegalStateException(
          "a command needs to know who gives it, and nobody has found that out: where"
              + " quarkus.http.auth.proactive is false a query does not, nor does a resource that is"
              + " not secured");
    }
    return request.user() instanceof QuarkusHttpUser user
        ? of(user.getSecurityIdentity())
        : Caller.ANONYMOUS;
  }

  /** Whether it is known who sends it. */
  static boolean isKnown(RoutingContext request) {
    return request.user() instanceof QuarkusHttpUser user
        && !user.getSecurityIdentity().isAnonymous();
  }

  private static Caller of(SecurityIdentity identity) {
    if (identity.isAnonymous()) {
      return Caller.ANONYMOUS;
    }
    @Nullable String name = identity.getPrincipal().getName();
    if (name == null || name.isEmpty()) {
      throw new Invalid("", "the caller must have a name");
    }
    return new Caller(name, identity.getRoles());
  }
}
