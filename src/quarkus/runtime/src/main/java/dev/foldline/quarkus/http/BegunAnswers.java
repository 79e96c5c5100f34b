package dev.foldline.quarkus.http;

import dev.foldline.core.Begun;
import dev.foldline.core.Progress;
import dev.foldline.core.Refused;
import dev.foldline.core.View;
import dev.foldline.quarkus.Constants;
import dev.foldline.quarkus.FoldlineConfig;
import dev.foldline.reactions.ProcessDocument;
import dev.foldline.reactions.ProcessManager;
import dev.foldline.reactions.ProcessProgress;
import io.quarkus.funqy.runtime.FunctionInvoker;
import io.quarkus.funqy.runtime.FunctionRecorder;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the caller of a function is told that begins a process: how it is by then. */
@Singleton
final class BegunAnswers {

  private static final Logger LOG = Logger.getLogger("dev.foldline");

  private final Constants constants;

  /** Not made before it is needed: routes are, before the configuration is looked at. */
  private final Instance<DocumentQueries> documents;

  private final Duration longestWait;
  private final Set<String> withoutQuery = ConcurrentHashMap.newKeySet();

  BegunAnswers(Constants constants, Instance<DocumentQueries> documents, FoldlineConfig config) {
    this.constants = constants;
    this.documents = documents;
    this.longestWait = config.queries().longestWait();
  }

  /**
   * A process that is not over.
   *
   * @param progress none where it can't be read now
   */
  record Accepted(Optional<ProcessProgress> progress) {}

  /**
   * How a process is known.
   *
   * @param revision of its stream up to which it is; −1 where no event is known
   */
  private record Known(long revision, Optional<ProcessProgress> progress) {

    static Known of(Optional<View<ProcessDocument>> view) {
      return new Known(
          view.map(View::version).orElse(-1L),
          Optional.of(view.map(found -> found.document().progress()).orElse(ProcessProgress.NONE)));
    }

    /** Whether nothing follows, unless a person has it go on. */
    boolean stands() {
      return progress.filter(it -> !it.is(Progress.State.PROCESSING)).isPresent();
    }
  }

  /**
   * Answers how a process is, after a wait if its caller prefers that.
   *
   * @return its progress where it is done, else {@link Accepted}; fails with {@link Refused} where
   *     it failed
   */
  Uni<Object> answer(HttpCall http, Begun begun) {
    Optional<IllegalStateException> missed = CommandHeaders.missed(http);
    if (missed.isPresent()) {
      return Uni.createFrom().failure(missed.get());
    }
    ProcessManager process = constants.process(begun.process());
    location(process.name(), begun.id()).ifPresent(place -> http.answer("Location", place));
    begun.receipt().ifPresent(receipt -> ConsistencyToken.answer(http, receipt));
    return current(process, begun)
        .chain(known -> waitFor(process, begun, http, known))
        .map(BegunAnswers::outcome);
  }

  private static Object outcome(Known known) {
    ProcessProgress progress = known.progress().orElse(ProcessProgress.NONE);
    if (progress.is(Progress.State.FAILED)) {
      throw new Refused(Objects.requireNonNullElse(progress.code(), "failed"));
    }
    return progress.is(Progress.State.DONE) ? progress : new Accepted(known.progress());
  }

  /** Its command took effect, so it is no error where this can't be told. */
  private Uni<Known> current(ProcessManager process, Begun begun) {
    long seen =
        begun
            .receipt()
            .filter(receipt -> receipt.stream().equals(begun.stream()))
            .map(receipt -> receipt.revision())
            .orElse(-1L);
    return documents
        .get()
        .current(process.projection(), begun.stream(), seen)
        .map(Known::of)
        .onFailure()
        .recoverWithItem(
            failure -> {
              LOG.debugf(failure, "%s is not known", begun.stream());
              return new Known(seen, Optional.empty());
            });
  }

  private Uni<Known> waitFor(ProcessManager process, Begun begun, HttpCall http, Known now) {
    return http.agreedWait(longestWait)
        .map(limit -> next(process, begun, http, limit, now))
        .orElseGet(() -> Uni.createFrom().item(now));
  }

  private Uni<Known> next(
      ProcessManager process, Begun begun, HttpCall http, Duration limit, Known now) {
    Duration left = limit.minus(http.elapsed());
    if (now.stands() || left.toMillis() <= 0) {
      return Uni.createFrom().item(now);
    }
    return documents
        .get()
        .arrives(process.projection(), begun.stream(), now.revision() + 1, left)
        .chain(
            arrived ->
                arrived
                    ? documents
                        .get()
                        .current(process.projection(), begun.stream(), now.revision() + 1)
                        .map(Known::of)
                        .chain(
                            later ->
                                later.revision() > now.revision()
                                    ? next(process, begun, http, limit, later)
                                    : Uni.createFrom().item(now))
                    : Uni.createFrom().item(now))
        .onFailure()
        .recoverWithItem(
            failure -> {
              LOG.debugf(failure, "%s is not waited for", begun.stream());
              return now;
            });
  }

  /** That of its query, from here; none where the application has none. */
  private Optional<String> location(String process, String id) {
    if (hasQuery(process)) {
      return Optional.of(
          process + "?" + process + "=" + URLEncoder.encode(id, StandardCharsets.UTF_8));
    }
    if (withoutQuery.add(process)) {
      LOG.warnf(
          "The process '%s' is begun by a function, and its caller is told no Location: there is no"
              + " query /%s?%s=…",
          process, process, process);
    }
    return Optional.empty();
  }

  private static boolean hasQuery(String process) {
    @Nullable FunctionInvoker query = FunctionRecorder.registry.matchInvoker(process);
    return query != null
        && query.getMethod().isAnnotationPresent(Query.class)
        && query.hasInput()
        && hasField(query.getInputType(), process);
  }

  private static boolean hasField(Type input, String name) {
    return input instanceof Class<?> type
        && type.isRecord()
        && Stream.of(type.getRecordComponents())
            .map(RecordComponent::getName)
            .anyMatch(name::equals);
  }
}
