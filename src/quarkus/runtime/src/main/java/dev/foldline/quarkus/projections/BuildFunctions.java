package dev.foldline.quarkus.projections;

import dev.foldline.quarkus.http.Operation;
import dev.foldline.readmodels.Slice;
import dev.foldline.redis.Builds;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;

/**
 * The operations on builds of read models, as functions: {@code rebuild} and {@code switch-back}.
 * For the same applications and callers as {@link ParkedFunctions}.
 */
@Singleton
@RolesAllowed("${foldline.operations.role}")
public class BuildFunctions {

  /** After which a build leaves the rest to the next call. */
  private static final Duration SLICE = Duration.ofSeconds(20);

  private static final Built ELSEWHERE = new Built(false, "", 0, -1);

  private final Projections projections;

  BuildFunctions(Projections projections) {
    this.projections = projections;
  }

  /** Whose read models are built anew. */
  public record Rebuild(@NotBlank(message = "must be given") String projection) {}

  /** Whose queries are switched back. */
  public record SwitchBack(@NotBlank(message = "must be given") String projection) {}

  /**
   * How far a build is.
   *
   * @param complete whether queries read it by now; else to be called again
   * @param build its name; empty where it is being built already, here or by another instance
   * @param events how many are in it
   * @param position up to which it has come in the log of all streams
   */
  public record Built(boolean complete, String build, long events, long position) {

    static Built of(Slice slice) {
      Builds.Progress progress = slice.progress();
      return new Built(
          slice.complete(), progress.build(), progress.events(), progress.checkpoint().position());
    }
  }

  /**
   * What queries read.
   *
   * @param build by its version and number
   */
  public record Read(String build) {}

  /** Builds read models anew for a while, beside those that are read, and then switches over. */
  @Operation
  public Built rebuild(Rebuild rebuild) throws InterruptedException {
    return projections.runner(rebuild.projection()).rebuild(SLICE).map(Built::of).orElse(ELSEWHERE);
  }

  /** Has queries read the version again that they read before the last switch to a new one. */
  @Operation
  public Uni<Read> switchBack(SwitchBack switchBack) {
    return projections.runner(switchBack.projection()).switchBack().map(Read::new);
  }
}
