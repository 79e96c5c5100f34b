package dev.foldline.quarkus.http;

import dev.foldline.core.Caller;
import dev.foldline.core.Forbidden;
import dev.foldline.core.Projection;
import dev.foldline.core.View;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the caller of now may see, as the guards of projections say; operators see how far processes
 * are, whatever their guards. Ask on the thread that the function was called on.
 */
@Singleton
final class Guards {

  private final CurrentCaller caller;
  private final Constants constants;
  private final String operator;

  Guards(CurrentCaller caller, Constants constants, FoldlineConfig config) {
    this.caller = caller;
    this.constants = constants;
    this.operator = config.operations().role();
  }

  /** Whether they may see a document of a projection. */
  <D> Predicate<View<D>> of(Projection<D> projection) {
    if (!projection.isGuarded()) {
      return _ -> true;
    }
    Caller asking = caller.get();
    return constants.isOfProcess(projection) && asking.hasRole(operator)
        ? _ -> true
        : view -> projection.isShownTo(asking, view.document());
  }

  /**
   * Passes where they may see every document of a stream.
   *
   * @return fails with {@link Forbidden} where they may not
   */
  Uni<Void> mustShow(DocumentQueries documents, String stream) {
    Uni<Void> shown = Uni.createFrom().voidItem();
    for (Projection<?> projection : constants.projections()) {
      if (projection.isGuarded()
          && projection instanceof Projection.OfStreams<?>
          && projection.reads(stream)) {
        Uni<Void> one = mustShow(documents, projection, stream);
        shown = shown.chain(() -> one);
      }
    }
    return shown;
  }

  private <D> Uni<Void> mustShow(
      DocumentQueries documents, Projection<D> projection, String stream) {
    Predicate<View<D>> guard = of(projection);
    return documents
        .current(projection, stream, -1)
        .invoke(found -> mustShow(found, guard))
        .replaceWithVoid();
  }

  /**
   * Passes where there is no such document, or one that may be seen.
   *
   * @throws Forbidden if it may not
   */
  static <D> void mustShow(Optional<View<D>> found, Predicate<View<D>> guard) {
    if (found.isPresent() && !guard.test(found.get())) {
      throw new Forbidden();
    }
  }
}
